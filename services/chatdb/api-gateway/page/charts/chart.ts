import { ticks, type ChartData } from "./chart-data.ts";
import { svgElement, element } from "../dom.ts";
import { character, valueAxis } from "./value-axis.ts";

const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 4 });

const shortened = (text: string, room: number) =>
  text.length * character <= room ? text : `${text.slice(0, Math.max(1, Math.floor(room / character) - 1))}…`;

/** A drawing that keeps the width of the page. The table that it stands above has the same values for those who do not see it. */
export function chart(data: ChartData): HTMLElement {
  const part = data.points.length < data.total ? `, the first ${data.points.length} of ${data.total}` : "";
  return drawing(`${data.value} by ${data.label}${part}`, (width) =>
    data.kind === "bars" ? bars(data, width) : line(data, width),
  );
}

/** A figure that is svgElement anew when the room for it changes. @param draw given that room, in px */
export function drawing(caption: string, draw: (width: number) => SVGElement): HTMLElement {
  const figure = element("figure", { className: "chart" }, element("figcaption", {}, caption));
  let width = 0;
  new ResizeObserver(([entry]) => {
    const room = Math.floor(entry!.contentRect.width);
    if (room === width || room === 0) return;
    width = room;
    figure.querySelector("svg")?.remove();
    figure.append(draw(width));
  }).observe(figure);
  return figure;
}

function canvas({ kind, label, value, points }: ChartData, width: number, height: number): SVGElement {
  const most = points.reduce((a, b) => (b.value > a.value ? b : a));
  const least = points.reduce((a, b) => (b.value < a.value ? b : a));
  const said = `${kind === "bars" ? "Bar chart" : "Line chart"} of ${value} by ${label}: from ${exact.format(least.value)} (${least.label}) to ${exact.format(most.value)} (${most.label}).`;
  return svgElement("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said });
}

const barHeight = 20;
const rowHeight = 30;

/** Bars that lie, so that their labels can be read on a phone too. */
function bars(data: ChartData, width: number): SVGElement {
  const { points } = data;
  const svg = canvas(data, width, points.length * rowHeight);
  const room = Math.min(width * 0.38, Math.max(...points.map(({ label }) => label.length)) * character + 4);
  const figures = Math.max(...points.map(({ value }) => exact.format(value).length)) * character + 8;
  const [low, high] = [
    Math.min(0, ...points.map(({ value }) => value)),
    Math.max(0, ...points.map(({ value }) => value)),
  ];
  const left = room + 10 + (low < 0 ? figures : 0);
  const scale = (width - left - figures) / (high - low || 1);
  const zero = left - low * scale;
  for (const [at, { label, value }] of points.entries()) {
    const y = at * rowHeight + (rowHeight - barHeight) / 2;
    const middle = y + barHeight / 2;
    const length = Math.max(Math.abs(value) * scale, 1);
    const end =
      value < 0 ? { x: zero - length - 6, "text-anchor": "end" } : { x: zero + length + 6, "text-anchor": "start" };
    svg.append(
      svgElement(
        "g",
        { class: "bar" },
        svgElement("title", {}, `${label}: ${exact.format(value)}`),
        svgElement("rect", { class: "hit", x: 0, y: at * rowHeight, width, height: rowHeight }),
        svgElement(
          "text",
          { class: "label", x: room, y: middle, "text-anchor": "end", "dominant-baseline": "central" },
          shortened(label, room),
        ),
        svgElement("rect", {
          class: "mark",
          x: value < 0 ? zero - length : zero,
          y,
          width: length,
          height: barHeight,
          rx: 4,
        }),
        svgElement("text", { class: "figure", ...end, y: middle, "dominant-baseline": "central" }, exact.format(value)),
      ),
    );
  }
  return svg;
}

const lineHeight = 260;
const below = 26;
const above = 10;

function line(data: ChartData, width: number): SVGElement {
  const { points } = data;
  const svg = canvas(data, width, lineHeight);
  const right = 14;
  const { left, y, grid } = valueAxis(ticks(points, 4), { width, height: lineHeight, above, below, right });
  const x = (at: number) => left + ((width - left - right) * at) / (points.length - 1);
  svg.append(...grid);
  const every = Math.ceil(points.length / Math.max(2, Math.floor((width - left) / 90)));
  for (let at = 0; at < points.length; at += every) {
    const anchor = at === 0 ? "start" : at === points.length - 1 ? "end" : "middle";
    svg.append(
      svgElement("text", { class: "tick", x: x(at), y: lineHeight - 6, "text-anchor": anchor }, points[at]!.label),
    );
  }
  const path = points
    .map(({ value }, at) => `${at === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
    .join("");
  svg.append(
    svgElement("path", { class: "area", d: `${path}L${x(points.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z` }),
    svgElement("path", { class: "line", d: path }),
  );
  const step = (width - left - right) / (points.length - 1);
  for (const [at, { label, value }] of points.entries()) {
    svg.append(
      svgElement(
        "g",
        { class: "point" },
        svgElement("title", {}, `${label}: ${exact.format(value)}`),
        svgElement("rect", {
          class: "hit",
          x: x(at) - step / 2,
          y: above,
          width: step,
          height: lineHeight - above - below,
        }),
        svgElement("circle", { class: points.length > 40 ? "dot many" : "dot", cx: x(at), cy: y(value), r: 3.5 }),
      ),
    );
  }
  return svg;
}

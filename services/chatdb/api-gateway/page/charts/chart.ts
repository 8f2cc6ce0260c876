import { ticks, type ChartData } from "./chart-data.ts";
import { svgElement, element } from "../dom.ts";
import { characterWidth, valueAxis } from "./value-axis.ts";

const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 4 });

const truncate = (text: string, width: number) =>
  text.length * characterWidth <= width
    ? text
    : `${text.slice(0, Math.max(1, Math.floor(width / characterWidth) - 1))}…`;

/** Draws a chart as wide as the page. The table below has the same values for people who cannot see the chart. */
export function chart(data: ChartData): HTMLElement {
  const part = data.points.length < data.total ? `, the first ${data.points.length} of ${data.total}` : "";
  return figureOf(`${data.value} by ${data.label}${part}`, (width) =>
    data.kind === "bars" ? bars(data, width) : line(data, width),
  );
}

/** Creates a figure that is redrawn when its width changes. @param draw called with the width in px */
export function figureOf(caption: string, draw: (width: number) => SVGElement): HTMLElement {
  const figure = element("figure", { className: "chart" }, element("figcaption", {}, caption));
  let width = 0;
  new ResizeObserver(([entry]) => {
    const newWidth = Math.floor(entry!.contentRect.width);
    if (newWidth === width || newWidth === 0) return;
    width = newWidth;
    figure.querySelector("svg")?.remove();
    figure.append(draw(width));
  }).observe(figure);
  return figure;
}

function canvas({ kind, label, value, points }: ChartData, width: number, height: number): SVGElement {
  const max = points.reduce((a, b) => (b.value > a.value ? b : a));
  const min = points.reduce((a, b) => (b.value < a.value ? b : a));
  const description = `${kind === "bars" ? "Bar chart" : "Line chart"} of ${value} by ${label}: from ${exact.format(min.value)} (${min.label}) to ${exact.format(max.value)} (${max.label}).`;
  return svgElement("svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": description,
  });
}

const barHeight = 20;
const rowHeight = 30;

/** Draws horizontal bars, whose labels are readable on a phone, too. */
function bars(data: ChartData, width: number): SVGElement {
  const { points } = data;
  const svg = canvas(data, width, points.length * rowHeight);
  const labelWidth = Math.min(width * 0.38, Math.max(...points.map(({ label }) => label.length)) * characterWidth + 4);
  const valueWidth = Math.max(...points.map(({ value }) => exact.format(value).length)) * characterWidth + 8;
  const [low, high] = [
    Math.min(0, ...points.map(({ value }) => value)),
    Math.max(0, ...points.map(({ value }) => value)),
  ];
  const left = labelWidth + 10 + (low < 0 ? valueWidth : 0);
  const scale = (width - left - valueWidth) / (high - low || 1);
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
          { class: "label", x: labelWidth, y: middle, "text-anchor": "end", "dominant-baseline": "central" },
          truncate(label, labelWidth),
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

const lineChartHeight = 260;
const below = 26;
const above = 10;

function line(data: ChartData, width: number): SVGElement {
  const { points } = data;
  const svg = canvas(data, width, lineChartHeight);
  const right = 14;
  const { left, y, grid } = valueAxis(ticks(points, 4), { width, height: lineChartHeight, above, below, right });
  const x = (at: number) => left + ((width - left - right) * at) / (points.length - 1);
  svg.append(...grid);
  const every = Math.ceil(points.length / Math.max(2, Math.floor((width - left) / 90)));
  for (let at = 0; at < points.length; at += every) {
    const anchor = at === 0 ? "start" : at === points.length - 1 ? "end" : "middle";
    svg.append(
      svgElement("text", { class: "tick", x: x(at), y: lineChartHeight - 6, "text-anchor": anchor }, points[at]!.label),
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
          height: lineChartHeight - above - below,
        }),
        svgElement("circle", { class: points.length > 40 ? "dot many" : "dot", cx: x(at), cy: y(value), r: 3.5 }),
      ),
    );
  }
  return svg;
}

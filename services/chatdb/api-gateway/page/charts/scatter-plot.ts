import type { Evaluation } from "@chatdb/contracts/models.ts";
import { drawing } from "./chart.ts";
import { ticksBetween } from "./chart-data.ts";
import { svgElement } from "../dom.ts";
import { compact, valueAxis } from "./value-axis.ts";
import { figure } from "../format.ts";

type Points = NonNullable<Evaluation["points"]>;

/** Of the drawing, in px. */
const maxHeight = 360;
const below = 42;
const above = 10;

/** Held-out rows: what was predicted over what is so. On the line, both are the same. */
export function scatter(points: Points): HTMLElement {
  return drawing(`${points.length} of the held-out rows`, (width) => draw(points, width));
}

function draw(points: Points, width: number): SVGElement {
  const values = points.flatMap(({ actual, predicted }) => [actual, predicted]);
  const marks = ticksBetween(Math.min(...values), Math.max(...values), 4);
  const height = Math.min(maxHeight, width * 0.8);
  const right = 16;
  const { low, high, left, y, grid } = valueAxis(marks, { width, height, above, below, right });
  const x = (value: number) => left + ((value - low) / (high - low)) * (width - left - right);
  const svg = svgElement("svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": said(points),
  });
  svg.append(
    ...grid,
    ...marks.map((mark) =>
      svgElement("text", { class: "tick", x: x(mark), y: height - 24, "text-anchor": "middle" }, compact.format(mark)),
    ),
    svgElement("text", { class: "tick", x: width - right, y: height - 6, "text-anchor": "end" }, "actual →"),
    svgElement("text", { class: "tick", x: left + 4, y: above + 8, "text-anchor": "start" }, "↑ predicted"),
    svgElement("line", { class: "same", x1: x(low), y1: y(low), x2: x(high), y2: y(high) }),
    ...points.map(({ actual, predicted }) =>
      svgElement(
        "circle",
        { class: "spot", cx: x(actual).toFixed(1), cy: y(predicted).toFixed(1), r: 3.5 },
        svgElement("title", {}, `actual ${figure(actual)}, predicted ${figure(predicted)}`),
      ),
    ),
  );
  return svg;
}

/** What the drawing shows, for those who do not see it. */
function said(points: Points): string {
  const errors = points.map(({ actual, predicted }) => Math.abs(actual - predicted)).sort((a, b) => a - b);
  const actual = points.map((point) => point.actual);
  return (
    `Predicted against actual values of ${points.length} held-out rows: actual values from ${figure(Math.min(...actual))} to ${figure(Math.max(...actual))}; ` +
    `half of the predictions are within ${figure(errors[Math.floor(errors.length / 2)]!)} of them, the worst is ${figure(errors.at(-1)!)} away.`
  );
}

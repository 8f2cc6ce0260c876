import type { Evaluation } from "@chatdb/contracts/models.ts";
import { figureOf } from "./chart.ts";
import { ticksBetween } from "./chart-data.ts";
import { svgElement } from "../dom.ts";
import { compact, valueAxis } from "./value-axis.ts";
import { formatNumber } from "../format.ts";

type Points = NonNullable<Evaluation["points"]>;

/** The height of the chart and its margins, in px. */
const maxHeight = 360;
const below = 42;
const above = 10;

/** Draws predicted over actual values of held-out rows. On the line, both are equal. */
export function scatterPlot(points: Points): HTMLElement {
  return figureOf(`${points.length} of the held-out rows`, (width) => draw(points, width));
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
    "aria-label": describe(points),
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
        svgElement("title", {}, `actual ${formatNumber(actual)}, predicted ${formatNumber(predicted)}`),
      ),
    ),
  );
  return svg;
}

/** Describes the chart to screen readers. */
function describe(points: Points): string {
  const errors = points.map(({ actual, predicted }) => Math.abs(actual - predicted)).sort((a, b) => a - b);
  const actual = points.map((point) => point.actual);
  return (
    `Predicted against actual values of ${points.length} held-out rows: actual values from ${formatNumber(Math.min(...actual))} to ${formatNumber(Math.max(...actual))}; ` +
    `half of the predictions are within ${formatNumber(errors[Math.floor(errors.length / 2)]!)} of them, the worst is ${formatNumber(errors.at(-1)!)} away.`
  );
}

import { svgElement } from "../dom.ts";

export const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** The width of a character in labels, in px; a little more than the average. */
export const characterWidth = 6.8;

/** The size of a chart and its margins, in px. */
export interface ChartFrame {
  width: number;
  height: number;
  above: number;
  below: number;
  right: number;
}

/** Draws the vertical axis: a line and a label for each mark. @param marks in ascending order */
export function valueAxis(marks: readonly number[], { width, height, above, below, right }: ChartFrame) {
  const [low, high] = [marks[0]!, marks.at(-1)!];
  const left = Math.max(...marks.map((mark) => compact.format(mark).length)) * characterWidth + 8;
  const y = (value: number) => above + ((high - value) / (high - low)) * (height - above - below);
  const grid = marks.flatMap((mark) => [
    svgElement("line", { class: "grid", x1: left, x2: width - right, y1: y(mark), y2: y(mark) }),
    svgElement(
      "text",
      { class: "tick", x: left - 8, y: y(mark), "text-anchor": "end", "dominant-baseline": "central" },
      compact.format(mark),
    ),
  ]);
  return { low, high, left, y, grid };
}

import { svgElement } from "../dom.ts";

export const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** Room that a character of the labels takes, in px; a little more than the average one. */
export const character = 6.8;

/** Of a drawing, and the room beside its values, in px. */
export interface Frame {
  width: number;
  height: number;
  above: number;
  below: number;
  right: number;
}

/** The upright axis of a drawing, over the whole of its height: a line and a label for each mark, from the least to the largest. */
export function valueAxis(marks: readonly number[], { width, height, above, below, right }: Frame) {
  const [low, high] = [marks[0]!, marks.at(-1)!];
  const left = Math.max(...marks.map((mark) => compact.format(mark).length)) * character + 8;
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

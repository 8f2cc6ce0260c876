import type { Evaluation } from "@chatdb/contracts/models.ts";
import { figureOf } from "./chart.ts";
import { ticksBetween } from "./chart-data.ts";
import { svgElement } from "../dom.ts";
import { valueAxis } from "./value-axis.ts";
import { formatNumber } from "../format.ts";

type Rounds = NonNullable<Evaluation["curve"]>;

/** The height of the chart and its margins, in px. */
const height = 260;
const below = 42;
const above = 10;

/** Draws the loss by round, of the training rows and of the held-out rows. */
export function learningCurve(rounds: Rounds): HTMLElement {
  return figureOf("Loss by round: held-out rows solid, training rows dashed", (width) => draw(rounds, width));
}

function draw(rounds: Rounds, width: number): SVGElement {
  const values = rounds.flatMap(({ training, held_out }) => [training, held_out]);
  const [first, last] = [rounds[0]!.round, rounds.at(-1)!.round];
  const right = 14;
  const { left, y, grid } = valueAxis(ticksBetween(Math.min(...values), Math.max(...values), 4), {
    width,
    height,
    above,
    below,
    right,
  });
  const x = (round: number) => left + ((round - first) / (last - first)) * (width - left - right);
  const svg = svgElement("svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": describe(rounds),
  });
  svg.append(...grid);
  for (const [round, anchor] of [
    [first, "start"],
    [Math.round((first + last) / 2), "middle"],
    [last, "end"],
  ] as const) {
    svg.append(
      svgElement("text", { class: "tick", x: x(round), y: height - 24, "text-anchor": anchor }, String(round)),
    );
  }
  const path = (of: "training" | "held_out") =>
    rounds.map((each, at) => `${at === 0 ? "M" : "L"}${x(each.round).toFixed(1)} ${y(each[of]).toFixed(1)}`).join("");
  const best = bestOf(rounds);
  svg.append(
    svgElement("text", { class: "tick", x: width - right, y: height - 6, "text-anchor": "end" }, "round →"),
    svgElement("path", { class: "line other", d: path("training") }),
    svgElement("path", { class: "line", d: path("held_out") }),
    svgElement(
      "circle",
      { class: "dot", cx: x(best.round), cy: y(best.held_out), r: 3.5 },
      svgElement("title", {}, `lowest: ${formatNumber(best.held_out)} after round ${best.round}`),
    ),
  );
  return svg;
}

const bestOf = (rounds: Rounds) => rounds.reduce((a, b) => (b.held_out < a.held_out ? b : a));

/** Describes the chart to screen readers. */
function describe(rounds: Rounds): string {
  const [first, last, best] = [rounds[0]!, rounds.at(-1)!, bestOf(rounds)];
  return (
    `Loss of the held-out rows by round: from ${formatNumber(first.held_out)} in round ${first.round} to ${formatNumber(last.held_out)} in round ${last.round}, the lowest ${formatNumber(best.held_out)} in round ${best.round}. ` +
    `Loss of the training rows: from ${formatNumber(first.training)} to ${formatNumber(last.training)}.`
  );
}

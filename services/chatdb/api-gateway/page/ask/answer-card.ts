import type { Interpretation } from "@chatdb/contracts/query.ts";
import type { Answer } from "@chatdb/contracts/answer.ts";
import { GatewayError, type ProblemBody } from "../api.ts";
import { choices, percent, type Choose } from "./reading-choices.ts";
import { chart } from "../charts/chart.ts";
import { chartOf } from "../charts/chart-data.ts";
import { button, element } from "../dom.ts";
import { exports } from "./export-buttons.ts";
import { feedback } from "./feedback-buttons.ts";
import { queryText } from "./query-text.ts";
import { table } from "./result-table.ts";
import { byWhom, shown, words } from "@chatdb/contracts/values.ts";

/** What a question was understood as, and its rows. @param choose called with another reading that the person prefers */
export function answered(answer: Answer, choose: Choose): HTMLElement[] {
  const { columns, rows, truncated, reading, alternatives, statement, dialect } = answer;
  const { orderBy } = answer.plan;
  const drawing = chartOf(columns, rows, Array.isArray(orderBy) && orderBy.length > 0);
  return [
    element("div", { className: "understood" }, element("p", { className: "reading" }, reading), confidence(answer)),
    ...(alternatives.length > 0 ? [didYouMean(alternatives, choose)] : []),
    ...(drawing ? [chart(drawing)] : []),
    single(answer) ?? table(columns, rows, truncated, reading),
    element(
      "div",
      { className: "foot" },
      element("span", { className: "muted" }, `${answer.datasource}, ${Math.round(answer.took_ms)} ms`),
      ...(rows.length > 0 ? [exports(answer)] : []),
    ),
    queryText(statement, dialect),
    feedback(answer, choose),
  ];
}

/** One value alone needs no table. */
function single({ columns: [column, another], rows }: Answer): HTMLElement | undefined {
  const value = rows[0]?.[0];
  if (!column || another || rows.length !== 1 || typeof value === "object" || value === undefined) return undefined;
  const text = typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 4 }) : shown(value);
  return element(
    "p",
    { className: "single" },
    element("strong", {}, text),
    " ",
    element("span", { className: "muted" }, words(column.name)),
  );
}

function confidence({ confidence: value, read_by }: Answer): HTMLElement {
  const level = value >= 0.9 ? "sure" : value >= 0.8 ? "fair" : "low";
  // A plan that was sent is not guessed.
  const text = read_by === "sender" ? "As chosen" : `${percent(value)} sure${byWhom[read_by]}`;
  return element(
    "span",
    { className: `confidence ${level}`, title: "How likely it is that the question was read as it was meant" },
    text,
  );
}

function didYouMean(alternatives: readonly Interpretation[], choose: Choose): HTMLElement {
  const summary = element("summary", {}, "Did you mean something else?");
  return element("details", { className: "alternatives" }, summary, choices(alternatives, choose));
}

/** Why there is no answer, and what can be done: choose, or ask again. */
export function refused(error: unknown, choose: Choose, again: () => void): HTMLElement[] {
  if (!(error instanceof GatewayError)) return [problem(`The page failed: ${String(error)}`)];
  const { status, problem: body } = error;
  if (status === 422) return askedBack(body, choose);
  return [
    problem(error.message),
    ...(status === 0 || status >= 429 || status === 401 ? [button("Try again", again)] : []),
  ];
}

function askedBack({ detail, alternatives = [], hints = [] }: ProblemBody, choose: Choose): HTMLElement[] {
  return [
    element("p", { className: "asked-back" }, detail),
    ...(alternatives.length > 0 ? [choices(alternatives, choose)] : []),
    ...(hints.length > 0
      ? [element("ul", { className: "hints" }, ...hints.map((hint) => element("li", {}, hint)))]
      : []),
    ...(alternatives.length === 0 && hints.length === 0
      ? [element("p", { className: "muted" }, "The schema shows what there is to ask about.")]
      : []),
  ];
}

const problem = (text: string) => element("p", { className: "problem", role: "alert" }, text);

import type { Interpretation } from "@chatdb/contracts/query.ts";
import type { Answer } from "@chatdb/contracts/answer.ts";
import { GatewayError, type ProblemBody } from "../api.ts";
import { percent, readingChoices, type Choose } from "./reading-choices.ts";
import { chart } from "../charts/chart.ts";
import { chartOf } from "../charts/chart-data.ts";
import { button, element } from "../dom.ts";
import { exportButtons } from "./export-buttons.ts";
import { feedbackButtons } from "./feedback-buttons.ts";
import { queryText } from "./query-text.ts";
import { resultTable } from "./result-table.ts";
import { byWhom, shown, words } from "@chatdb/contracts/values.ts";

/**
 * Shows how a question was understood, and its rows. @param choose called with another reading that the person prefers
 */
export function answerCard(answer: Answer, choose: Choose): HTMLElement[] {
  const { columns, rows, truncated, reading, alternatives, statement, dialect } = answer;
  const { orderBy } = answer.plan;
  const drawing = chartOf(columns, rows, Array.isArray(orderBy) && orderBy.length > 0);
  return [
    element("div", { className: "understood" }, element("p", { className: "reading" }, reading), confidence(answer)),
    ...(alternatives.length > 0 ? [alternativesOf(alternatives, choose)] : []),
    ...(drawing ? [chart(drawing)] : []),
    singleValue(answer) ?? resultTable(columns, rows, truncated, reading),
    element(
      "div",
      { className: "foot" },
      element("span", { className: "muted" }, `${answer.datasource}, ${Math.round(answer.took_ms)} ms`),
      ...(rows.length > 0 ? [exportButtons(answer)] : []),
    ),
    queryText(statement, dialect),
    feedbackButtons(answer, choose),
  ];
}

/** Shows a single value large instead of in a table. */
function singleValue({ columns: [column, another], rows }: Answer): HTMLElement | undefined {
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
  // A plan that the sender chose has no confidence.
  const text = read_by === "sender" ? "As chosen" : `${percent(value)} sure${byWhom[read_by]}`;
  return element(
    "span",
    { className: `confidence ${level}`, title: "How likely it is that the question was understood as meant" },
    text,
  );
}

function alternativesOf(alternatives: readonly Interpretation[], choose: Choose): HTMLElement {
  const summary = element("summary", {}, "Did you mean something else?");
  return element("details", { className: "alternatives" }, summary, readingChoices(alternatives, choose));
}

/** Shows why there is no answer, with readings to choose from or a button that asks again. */
export function problemCard(error: unknown, choose: Choose, again: () => void): HTMLElement[] {
  if (!(error instanceof GatewayError)) return [problem(`The page failed: ${String(error)}`)];
  const { status, problem: body } = error;
  if (status === 422) return clarification(body, choose);
  return [
    problem(error.message),
    ...(status === 0 || status >= 429 || status === 401 ? [button("Try again", again)] : []),
  ];
}

function clarification({ detail, alternatives = [], hints = [] }: ProblemBody, choose: Choose): HTMLElement[] {
  return [
    element("p", { className: "asked-back" }, detail),
    ...(alternatives.length > 0 ? [readingChoices(alternatives, choose)] : []),
    ...(hints.length > 0
      ? [element("ul", { className: "hints" }, ...hints.map((hint) => element("li", {}, hint)))]
      : []),
    ...(alternatives.length === 0 && hints.length === 0
      ? [element("p", { className: "muted" }, "The schema shows what you can ask about.")]
      : []),
  ];
}

const problem = (text: string) => element("p", { className: "problem", role: "alert" }, text);

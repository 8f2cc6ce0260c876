import type { Answer } from "@chatdb/contracts/answer.ts";
import type { Interpretation, ParseRequest } from "@chatdb/contracts/query.ts";
import { byWhom } from "@chatdb/contracts/values.ts";
import type { Problem } from "@platform/kit/problem.ts";
import type { Gateway } from "./gateway.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { clarificationOf } from "./gateway-problem.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { printable, rowsText } from "./table.ts";
import { printPaged } from "./pager.ts";
import { print, report, widthOf, type Terminal } from "./terminal.ts";

/** Reads a line from the person; undefined at the end of the input. */
export type Prompt = (text: string) => Promise<string | undefined>;

/** The exit code of a question, and the plan that the next question may follow from. */
export interface Outcome {
  code: number;
  plan?: ParseRequest["plan"];
}

export interface AskContext extends Settings {
  gateway: Gateway;
  terminal: Terminal;
  /** Asks which reading is meant; absent where nobody can be asked. */
  prompt?: Prompt;
}

/** Asks one question and prints its answer, or its possible readings. @param follows the plan of the previous answer */
export async function ask(query: string, context: AskContext, follows?: ParseRequest["plan"]): Promise<Outcome> {
  const { datasource, take } = context;
  const request: ParseRequest = {
    query,
    ...(datasource === undefined ? {} : { datasource }),
    ...(follows === undefined ? {} : { follows }),
  };
  try {
    return await printAnswer(request, context);
  } catch (error) {
    const clarification = clarificationOf(error);
    if (!clarification) throw error;
    const { alternatives, hints } = clarification;
    report(context.terminal, printable((error as Problem).message));
    for (const [at, { reading, confidence, read_by }] of alternatives.entries())
      report(context.terminal, `  ${at + 1}. ${printable(reading)} (${percent(confidence)}${byWhom[read_by]})`);
    for (const hint of hints) report(context.terminal, `  ${printable(hint)}`);
    if (take !== undefined && alternatives.length > 0 && take > alternatives.length)
      throw new UsageError(`--take: expected 1${alternatives.length > 1 ? ` to ${alternatives.length}` : ""}`, {
        cause: error,
      });
    const chosen = take === undefined ? await choose(alternatives, context) : alternatives[take - 1];
    if (chosen)
      return await printAnswer(
        { query, ...(datasource === undefined ? {} : { datasource }), plan: chosen.plan },
        context,
      );
    const { message: detail, type } = error as Problem;
    if (context.format === "json")
      print(
        context.terminal,
        JSON.stringify({ type: type.urn, title: type.title, detail, ...clarification }, undefined, 2),
      );
    return { code: exitCodeOf(error) };
  }
}

const percent = (confidence: number) => `${Math.round(confidence * 100)}%`;

async function choose(
  alternatives: readonly Interpretation[],
  { prompt }: AskContext,
): Promise<Interpretation | undefined> {
  if (!prompt || alternatives.length === 0) return undefined;
  const line = await prompt(`Which one, 1 to ${alternatives.length}? (Enter: none) `);
  return alternatives[Number(line) - 1];
}

async function printAnswer(
  request: ParseRequest,
  { gateway, terminal, format, expanded, follow }: AskContext,
): Promise<Outcome> {
  if (format === "csv") {
    const { statement, datasource, plan, ...interpretation } = await gateway.parse(request);
    printReading(terminal, interpretation);
    await gateway.export(datasource, { ...statement, format: "csv" }, terminal.stdout);
    return { code: exitCodes.success, plan };
  }
  const answer = await gateway.ask(request);
  if (format === "json") print(terminal, JSON.stringify(answer, undefined, 2));
  else await printTable(answer, { terminal, expanded, follow });
  return { code: exitCodes.success, plan: answer.plan };
}

type Reading = Pick<Interpretation, "reading" | "confidence" | "read_by">;

const printReading = (terminal: Terminal, { reading, confidence, read_by }: Reading) =>
  report(terminal, `${printable(reading)} (${percent(confidence)} sure${byWhom[read_by]})`);

async function printTable(
  { columns, rows, row_count, truncated, took_ms, ...interpretation }: Answer,
  { terminal, expanded, follow }: Pick<AskContext, "terminal" | "expanded" | "follow">,
): Promise<void> {
  printReading(terminal, interpretation);
  const text = rowsText(columns, rows, widthOf(terminal), expanded);
  // In a conversation the prompt reads the keys that a pager would need.
  if (follow) print(terminal, text);
  else await printPaged(terminal, text);
  report(terminal, `${countText(row_count, truncated)} ${Math.round(took_ms)} ms.`);
}

/** Describes how many rows were printed. */
export const countText = (rows: number, truncated: boolean) =>
  truncated ? `The first ${rows} rows; --format csv has them all.` : rows === 1 ? "1 row." : `${rows} rows.`;

import type { Answer } from "@chatdb/contracts/answer.ts";
import type { Interpretation, ParseRequest } from "@chatdb/contracts/query.ts";
import { byWhom } from "@chatdb/contracts/values.ts";
import type { Problem } from "@platform/kit/problem.ts";
import { askedBackBy, type Gateway } from "./gateway.ts";
import { exitCodes, type Settings } from "./options.ts";
import { printable, tableText } from "./table.ts";
import { print, tell, widthOf, type Terminal } from "./terminal.ts";

/** Reads a line from the person; undefined where there is none any more. */
export type Prompt = (text: string) => Promise<string | undefined>;

/** What became of a question; the plan is what the next one may follow from. */
export interface Outcome {
  code: number;
  plan?: ParseRequest["plan"];
}

export interface Asking extends Settings {
  gateway: Gateway;
  terminal: Terminal;
  /** Where somebody can be asked which reading is meant. */
  prompt?: Prompt;
}

/** Asks one question and prints its answer, or what it may mean. @param follows the plan of the answer before */
export async function ask(query: string, asking: Asking, follows?: ParseRequest["plan"]): Promise<Outcome> {
  const { datasource, take } = asking;
  const request: ParseRequest = {
    query,
    ...(datasource === undefined ? {} : { datasource }),
    ...(follows === undefined ? {} : { follows }),
  };
  try {
    return await answered(request, asking);
  } catch (error) {
    const offered = askedBackBy(error);
    if (!offered) throw error;
    const { alternatives, hints } = offered;
    tell(asking.terminal, printable((error as Problem).message));
    for (const [at, { reading, confidence, read_by }] of alternatives.entries())
      tell(asking.terminal, `  ${at + 1}. ${printable(reading)} (${percent(confidence)}${byWhom[read_by]})`);
    for (const hint of hints) tell(asking.terminal, `  ${printable(hint)}`);
    const chosen = take === undefined ? await choice(alternatives, asking) : alternatives[take - 1];
    return chosen
      ? await answered({ query, ...(datasource === undefined ? {} : { datasource }), plan: chosen.plan }, asking)
      : { code: exitCodes.askedBack };
  }
}

const percent = (confidence: number) => `${Math.round(confidence * 100)}%`;

async function choice(
  alternatives: readonly Interpretation[],
  { prompt }: Asking,
): Promise<Interpretation | undefined> {
  if (!prompt || alternatives.length === 0) return undefined;
  const line = await prompt(`Which one, 1 to ${alternatives.length}? (Enter: none) `);
  return alternatives[Number(line) - 1];
}

async function answered(request: ParseRequest, { gateway, terminal, format }: Asking): Promise<Outcome> {
  if (format === "csv") {
    const { statement, datasource, plan, ...interpretation } = await gateway.parse(request);
    understood(terminal, interpretation);
    await gateway.export(datasource, { ...statement, format: "csv" }, terminal.stdout);
    return { code: exitCodes.rows, plan };
  }
  const answer = await gateway.ask(request);
  if (format === "json") print(terminal, JSON.stringify(answer, undefined, 2));
  else printTable(answer, terminal);
  return { code: exitCodes.rows, plan: answer.plan };
}

type Understood = Pick<Interpretation, "reading" | "confidence" | "read_by">;

const understood = (terminal: Terminal, { reading, confidence, read_by }: Understood) =>
  tell(terminal, `${printable(reading)} (${percent(confidence)} sure${byWhom[read_by]})`);

function printTable(
  { columns, rows, row_count, truncated, took_ms, ...interpretation }: Answer,
  terminal: Terminal,
): void {
  understood(terminal, interpretation);
  print(terminal, tableText(columns, rows, widthOf(terminal)));
  const count = truncated
    ? `The first ${row_count} rows; --format csv has them all.`
    : row_count === 1
      ? "1 row."
      : `${row_count} rows.`;
  tell(terminal, `${count} ${Math.round(took_ms)} ms.`);
}

import { text } from "node:stream/consumers";
import { UsageError } from "@platform/kit/usage-error.ts";
import { countText } from "./ask.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Gateway } from "./gateway.ts";
import { onlySource } from "./only-source.ts";
import type { Settings } from "./options.ts";
import { printPaged } from "./pager.ts";
import { rowsText } from "./table.ts";
import { print, report, widthOf, type Terminal } from "./terminal.ts";

/** `chatdb sql`: runs one statement that reads, and prints its rows. */
export async function sql(
  words: readonly string[],
  { datasource, format, expanded }: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const isInput = words.length === 1 && words[0] === "-";
  const statement = (isInput ? await text(terminal.stdin) : words.join(" ")).trim();
  if (statement === "") throw new UsageError("the statement is empty");
  const source = datasource ?? (await onlySource(gateway));
  if (format === "csv") {
    await gateway.export(source, { sql: statement, format }, terminal.stdout);
    return exitCodes.success;
  }
  const result = await gateway.query(source, { sql: statement });
  if (format === "json") print(terminal, JSON.stringify(result, undefined, 2));
  else {
    await printPaged(terminal, rowsText(result.columns, result.rows, widthOf(terminal), expanded));
    report(terminal, `${countText(result.rowCount, result.truncated)} ${Math.round(result.took_ms)} ms.`);
  }
  return exitCodes.success;
}

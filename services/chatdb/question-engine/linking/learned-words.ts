import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { z } from "zod";

const column = { schema: z.string(), table: z.string(), column: z.string() };

/** A local word for something in a database: a table, a column, or a value of a column. */
export const learnedWord = z.object({
  /** One word or several, in lower case and singular. */
  words: z.array(z.string().min(1)).min(1).max(5),
  meaning: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("table"), schema: z.string(), table: z.string() }),
    z.object({ kind: z.literal("column"), ...column }),
    z.object({ kind: z.literal("value"), ...column, value: z.string() }),
  ]),
});
export type LearnedWord = z.infer<typeof learnedWord>;
export type Meaning = LearnedWord["meaning"];

/** Costs a little more than a name of the schema. */
export const learnedCost = 0.05;

/** A learned word with its table or column in a schema. */
export interface Placed {
  words: readonly string[];
  table: Table;
  column?: Column;
  value?: string;
}

/** Keeps the words whose tables and columns exist: a schema may have changed since they were learned. */
export function placed(words: readonly LearnedWord[], { tables }: DatabaseSchema): Placed[] {
  return words.flatMap(({ words, meaning }): Placed[] => {
    const table = tables.find(({ schema, name }) => schema === meaning.schema && name === meaning.table);
    if (!table) return [];
    if (meaning.kind === "table") return [{ words, table }];
    const column = table.columns.find(({ name }) => name === meaning.column);
    return column ? [{ words, table, column, ...(meaning.kind === "value" ? { value: meaning.value } : {}) }] : [];
  });
}

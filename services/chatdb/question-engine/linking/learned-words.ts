import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { z } from "zod";

const column = { schema: z.string(), table: z.string(), column: z.string() };

/**
 * What people of one place call something in their database: a table, a column, or a value that is stored in a column.
 */
export const learnedWord = z.object({
  /** One or several, in lower case and in the singular. */
  words: z.array(z.string().min(1)).min(1).max(5),
  meaning: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("table"), schema: z.string(), table: z.string() }),
    z.object({ kind: z.literal("column"), ...column }),
    z.object({ kind: z.literal("value"), ...column, value: z.string() }),
  ]),
});
export type LearnedWord = z.infer<typeof learnedWord>;
export type Meaning = LearnedWord["meaning"];

/** A learned word is not quite as near as a name that is written in the schema. */
export const learnedCost = 0.05;

/** A learned word as it is in a schema. */
export interface Placed {
  words: readonly string[];
  table: Table;
  column?: Column;
  value?: string;
}

/** Words whose tables and columns are there; a schema may have lost some since they were learned. */
export function placed(words: readonly LearnedWord[], { tables }: DatabaseSchema): Placed[] {
  return words.flatMap(({ words, meaning }): Placed[] => {
    const table = tables.find(({ schema, name }) => schema === meaning.schema && name === meaning.table);
    if (!table) return [];
    if (meaning.kind === "table") return [{ words, table }];
    const column = table.columns.find(({ name }) => name === meaning.column);
    return column ? [{ words, table, column, ...(meaning.kind === "value" ? { value: meaning.value } : {}) }] : [];
  });
}

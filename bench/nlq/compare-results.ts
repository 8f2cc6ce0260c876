import {
  normal,
  sameResult,
  type Blocks,
  type Comparing,
  type Table,
} from "@chatdb/ml-engine/questions/same-result.ts";

/** Describes how a result differs from the gold result; undefined if it does not. */
export function describeDifference(gold: Blocks, ours: Table, comparing?: Comparing): string | undefined {
  if (sameResult(gold, ours, comparing)) return undefined;
  if (sameResult([gold.flat()], ours)) return "the same rows in another order";
  if (sameResult([once(gold.flat())], once(ours))) return "the same rows another number of times";
  if (sameResult(gold, ours, { extraColumns: true })) return "more columns than were asked for";
  return "another result";
}

const once = (rows: Table): Table => [...new Map(rows.map((row) => [row.map(normal).join("\t"), row])).values()];

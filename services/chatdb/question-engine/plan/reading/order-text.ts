import { isDeepStrictEqual } from "node:util";
import type { QueryPlan } from "../plan.ts";
import type { Wording } from "./wording.ts";
import { list, ordinal } from "./words.ts";

type Query = Omit<QueryPlan, "combine">;
type Term = Query["orderBy"][number];

/** The terms of an order that someone asked for: groups come in their own order, and a key only keeps rows apart. */
export function chosen({ orderBy, groupBy }: Query, wording: Wording): Term[] {
  return orderBy.filter(({ value, direction }) => {
    if (direction === "desc") return true;
    const isTie = value.kind === "column" && wording.isKey(value.source, [value.column]);
    return !isTie && !groupBy.some((group) => isDeepStrictEqual(group, value));
  });
}

/** ", sorted by price (highest first)"; empty without an order. */
export const sorted = (terms: readonly Term[], wording: Wording) => ordered(", sorted by", terms, wording);

/** How those are sorted that are alike in what came before. */
export const thenBy = (terms: readonly Term[], wording: Wording) => ordered(", then by", terms, wording);

function ordered(words: string, terms: readonly Term[], wording: Wording): string {
  const said = terms.map(({ value, direction }) => {
    const way =
      direction === "asc"
        ? ""
        : wording.isTime(value)
          ? " (latest first)"
          : wording.isText(value)
            ? " (from Z to A)"
            : " (highest first)";
    return (value.kind === "aggregate" ? `the ${wording.aggregate(value)}` : wording.scalar(value)) + way;
  });
  return said.length > 0 ? `${words} ${list(said)}` : "";
}

/** "the highest price", "the second latest ordered at", "the most orders": what those have that come first. */
export function superlative({ value, direction }: Term, place: number, wording: Wording): string {
  const nth = place > 1 ? `${ordinal(place)} ` : "";
  const most = direction === "desc";
  const counted = value.kind === "aggregate" ? wording.counted(value) : undefined;
  if (counted !== undefined) return `the ${nth}${most ? "most" : "fewest"} ${counted}`;
  const way = wording.isTime(value) ? (most ? "latest" : "earliest") : most ? "highest" : "lowest";
  return `the ${nth}${way} ${wording.expression(value)}`;
}

/** "with the highest price", "ordered most recently": how those that come first among things are told. */
export function distinguished(term: Term, place: number, wording: Wording): string {
  const deed = wording.deed(term.value);
  if (deed === undefined) return `with ${superlative(term, place, wording)}`;
  const nth = place > 1 ? `${ordinal(place)} ` : "";
  return term.direction === "desc" ? `${deed} ${nth}most recently` : `${deed} ${nth}earliest`;
}

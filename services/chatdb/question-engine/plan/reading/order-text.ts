import { isDeepStrictEqual } from "node:util";
import type { QueryPlan } from "../plan.ts";
import type { Wording } from "./wording.ts";
import { list, ordinal } from "./words.ts";

type Query = Omit<QueryPlan, "combine">;
type Term = Query["orderBy"][number];

/**
 * Selects the terms that the question asked for; a trailing key only makes the order unique, and groups sort by
 * themselves.
 */
export function chosenTerms({ orderBy, groupBy }: Query, wording: Wording): Term[] {
  return orderBy.filter(({ value, direction }) => {
    if (direction === "desc") return true;
    const isTie = value.kind === "column" && wording.isKey(value.source, [value.column]);
    return !isTie && !groupBy.some((group) => isDeepStrictEqual(group, value));
  });
}

/** Describes an order: ", sorted by price (highest first)"; empty without one. */
export const sorted = (terms: readonly Term[], wording: Wording) => ordered(", sorted by", terms, wording);

/** Describes the further terms, which order rows that are equal so far. */
export const thenBy = (terms: readonly Term[], wording: Wording) => ordered(", then by", terms, wording);

function ordered(words: string, terms: readonly Term[], wording: Wording): string {
  const phrases = terms.map(({ value, direction }) => {
    const suffix =
      direction === "asc"
        ? ""
        : wording.isTime(value)
          ? " (latest first)"
          : wording.isText(value)
            ? " (from Z to A)"
            : " (highest first)";
    return (value.kind === "aggregate" ? `the ${wording.aggregate(value)}` : wording.scalar(value)) + suffix;
  });
  return phrases.length > 0 ? `${words} ${list(phrases)}` : "";
}

/**
 * Describes the first rows by the value that puts them first: "the highest price", "the second latest ordered at", "the
 * most orders".
 */
export function superlative({ value, direction }: Term, place: number, wording: Wording): string {
  const nth = place > 1 ? `${ordinal(place)} ` : "";
  const isDescending = direction === "desc";
  const counted = value.kind === "aggregate" ? wording.counted(value) : undefined;
  if (counted !== undefined) return `the ${nth}${isDescending ? "most" : "fewest"} ${counted}`;
  const adjective = wording.isTime(value)
    ? isDescending
      ? "latest"
      : "earliest"
    : isDescending
      ? "highest"
      : "lowest";
  return `the ${nth}${adjective} ${wording.expression(value)}`;
}

/** Describes rows by their rank: "with the highest price", "ordered most recently". */
export function rankPhrase(term: Term, place: number, wording: Wording): string {
  const eventVerb = wording.eventVerb(term.value);
  if (eventVerb === undefined) return `with ${superlative(term, place, wording)}`;
  const nth = place > 1 ? `${ordinal(place)} ` : "";
  return term.direction === "desc" ? `${eventVerb} ${nth}most recently` : `${eventVerb} ${nth}earliest`;
}

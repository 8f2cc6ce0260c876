import type { Column } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import type { Attribute, Draft, Measure, Name, Order } from "../draft.ts";
import { aggregates, bareSortings, counts, directions, extremes, sortings, superlatives, tops, type Direction, type Quality } from "../lexicon.ts";
import { Refusal } from "../refusal.ts";
import type { Scanner } from "../scanner.ts";
import { singular, wordsOfName } from "../tokens.ts";
import { takeKindOf } from "./kinds.ts";
import { takeMeasure } from "./measures.ts";
import { attempt, type Rule } from "./rule.ts";

/** "sorted by price descending", "ordered by country and name", "by price" where nothing is computed. */
export const sorting: Rule = (scanner, draft) => {
  const said = scanner.takePhrase(sortings) ?? (draft.measures.length === 0 && subjectOf(draft) ? scanner.takeWord("by") : false);
  if (!said) return false;
  const orders = takeKeys(scanner, draft);
  draft.orders.push(...orders);
  return orders.length > 0;
};

function takeKeys(scanner: Scanner, draft: Draft): Order[] {
  const usual = draft.rank === "top" ? "desc" : "asc";
  const orders: Order[] = [];
  let by = takeKey(scanner, draft);
  while (by) {
    orders.push({ by, direction: takeDirection(scanner, by) ?? usual });
    by = attempt(scanner, () => {
      if (!scanner.takeWord("and", ",", "then")) return undefined;
      scanner.takeWord("and", "then");
      scanner.takeWord("by");
      return takeKey(scanner, draft);
    });
  }
  return orders;
}

function takeKey(scanner: Scanner, draft: Draft): Attribute | Measure | "result" | undefined {
  scanner.takeArticles();
  const measure = takeMeasure(scanner, draft);
  if (measure) return measure;
  const result = attempt(scanner, () => scanner.takePhrase(counts) ?? scanner.takePhrase(aggregates) ?? (scanner.takeWord("number", "result", "value") || undefined));
  if (result) return "result";
  const name = scanner.takeColumn();
  if (name) return { kind: "name", name };
  const { at } = scanner;
  return scanner.takeWord("date", "time") ? { kind: "time", words: scanner.said(at), at } : undefined;
}

function takeDirection(scanner: Scanner, by: Order["by"]): Direction | undefined {
  return attempt(scanner, () => {
    scanner.takeWord(",", "in", "with");
    return scanner.takePhrase(directions) ?? takeQualityFirst(scanner, (quality) => suits(quality, by))?.direction;
  });
}

/** "newest first", "cheapest first": of two meanings the one that suits. */
function takeQualityFirst(scanner: Scanner, suited: (quality: Quality) => boolean): Quality | undefined {
  return attempt(scanner, () => {
    const quality = scanner.takePhrase(superlatives);
    if (!quality || !scanner.takeWord("first")) return undefined;
    return [quality.rather, quality].find((each) => each && suited(each));
  });
}

/** Whether an adjective is about such a column: "oldest" about an age or a time, "cheapest" about a price. */
function suits({ nouns }: Quality, by: Order["by"]): boolean {
  if (by === "result" || !("kind" in by)) return false;
  if (by.kind !== "name") return by.kind === "time" && nouns === "time";
  return by.name.columns.some(({ column }) => isOf(nouns, column));
}

const isOf = (nouns: Quality["nouns"], column: Column) =>
  nouns === "time" ? kindOf(column) === "time" : nouns.includes(singular(wordsOfName(column.name).at(-1) ?? ""));

/** "descending", "newest first", "alphabetically": sorts by what is computed, else by what fits the words. */
export const bareDirection: Rule = (scanner, draft) => {
  if (draft.orders.length > 0) return false;
  scanner.takePhrase(bareSortings);
  const { at } = scanner;
  const first = draft.measures.length > 0 ? undefined : takeQualityFirst(scanner, (quality) => !quality.rather || !hasColumn(draft.head, quality.rather));
  if (first) {
    draft.orders.push({ by: attributeOf(first.nouns, scanner.said(at), at), direction: first.direction });
    return true;
  }
  const direction = scanner.takePhrase(directions);
  if (!direction) return false;
  const words = scanner.said(at);
  if (draft.measures.length > 0) draft.orders.push({ by: "result", direction });
  else if (/alphabet|[az] to [az]/.test(words)) draft.orders.push({ by: { kind: "label", words, at }, direction });
  else return false;
  return true;
};

export function attributeOf(nouns: readonly string[] | "time", words: string, at: number): Attribute {
  return nouns === "time" ? { kind: "time", words, at } : { kind: "nouns", nouns, words, at };
}

/** "top 5", "first ten", "limit 3", "5 customers", "5 cheapest". */
export const limiting: Rule = (scanner, draft) => {
  if (draft.limit !== undefined) return false;
  const kind = scanner.takePhrase(tops);
  const count = scanner.takeCount();
  if (kind === undefined) {
    // A number alone counts what follows it.
    if (count === undefined || draft.head || !(superlatives.match(scanner.words, scanner.at) || startsTable(scanner, draft))) return false;
  }
  if (kind !== undefined && kind !== "first") draft.rank = kind;
  else if (count === undefined) return false;
  if (count !== undefined) draft.limit = count;
  return true;
};

/** What the question shows rows of. */
const subjectOf = (draft: Draft) => draft.head ?? draft.projections[0];

/** Looks ahead without taking anything. */
function startsTable(scanner: Scanner, draft: Draft): boolean {
  const { at } = scanner;
  const starts = takeKindOf(scanner, { ...draft, filters: [] }) !== undefined;
  scanner.at = at;
  return starts;
}

/** "the cheapest product", "latest orders": a superlative before the thing that it tells apart. */
export const superlative: Rule = (scanner, draft) => {
  const { at } = scanner;
  const quality = scanner.takePhrase(superlatives);
  if (!quality) return false;
  const words = scanner.said(at);
  const limit = draft.limit ?? scanner.takeCount();
  const name = draft.head ? undefined : takeKindOf(scanner, draft);
  if (!name) return false;
  draft.head = name;
  const { nouns, direction } = quality.rather && hasColumn(name, quality.rather) ? quality.rather : quality;
  draft.orders.push({ by: attributeOf(nouns, words, at), direction });
  if (limit !== undefined) draft.limit = limit;
  else draft.single ||= !name.plural;
  return true;
};

const hasColumn = (name: Name | undefined, { nouns }: Quality) => name?.tables.some(({ table }) => table.columns.some((column) => isOf(nouns, column))) ?? false;

/** "(the product with) the highest price", "(customers with) the most orders", "the largest total quantity". */
export const extreme: Rule = (scanner, draft) => {
  const subject = subjectOf(draft);
  const direction = subject && scanner.takePhrase(extremes);
  if (!direction) return false;
  const by = takeExtremeOf(scanner, draft);
  if (!by) return false;
  draft.orders.push({ by, direction });
  if (draft.limit === undefined) draft.single ||= !subject.plural;
  return true;
};

function takeExtremeOf(scanner: Scanner, draft: Draft): Attribute | Measure | undefined {
  const measure = takeMeasure(scanner, draft);
  if (measure) return measure;
  const column = scanner.takeColumn();
  if (column) return { kind: "name", name: column };
  const table = takeKindOf(scanner, draft);
  return table && { fn: "count", of: table, distinct: false };
}

/** "top product by price" asks for one. @throws Refusal when it was not said by what the top ones are chosen */
export function settleRank(draft: Draft): void {
  if (!draft.rank) return;
  if (draft.orders.length === 0) {
    throw new Refusal(`I did not understand by what the ${draft.rank} ones are chosen.`, { words: [draft.rank], hints: ['Add "by" and a column.'] });
  }
  if (draft.limit === undefined) draft.single ||= subjectOf(draft)?.plural === false;
}

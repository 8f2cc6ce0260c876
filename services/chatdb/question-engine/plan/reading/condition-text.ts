import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { isDeepStrictEqual } from "node:util";
import type { ColumnRef, Comparator, Comparison, Condition, InnerQuery, Member, QueryPlan, Related } from "../plan.ts";
import { listedColumn } from "../scope.ts";
import { comparisonInWords, rangeInWords } from "./times.ts";
import { Wording } from "./wording.ts";
import { list, quoted } from "./words.ts";

/** Describes an inner query: "the average price of products". */
export type DescribeQuery = (query: InnerQuery) => string;

const comparators: Record<Comparator, string> = {
  "=": "is",
  "<>": "is not",
  "<": "is less than",
  "<=": "is at most",
  ">": "is more than",
  ">=": "is at least",
};

const counts: Record<Comparator, string> = {
  "=": "exactly",
  "<>": "not exactly",
  "<": "fewer than",
  "<=": "at most",
  ">": "more than",
  ">=": "at least",
};

export const compared = (op: Comparator, value: number) => `${comparators[op]} ${value}`;

/** Describes a count: "more than 5 orders", "no orders". */
export function countOf(op: Comparator, value: number, things: string): string {
  if (op === ">=" && value === 1) return things;
  if (op === "=" && value === 0) return `no ${things}`;
  return `${counts[op]} ${value} ${things}`;
}

/** A condition in words: `text` follows the word `after` the noun, `alone` is a clause of its own. */
interface ConditionPhrase {
  after: "whose" | "that" | "for which";
  text: string;
  alone: string;
}

const phraseOfWhose = (text: string): ConditionPhrase => ({ after: "whose", text, alone: text });

/** Describes a condition on a column; "whose ordered at is before May" becomes "that were ordered before May". */
function phraseOfColumn(column: ColumnRef, text: string, wording: Wording): ConditionPhrase {
  const alone = `${wording.column(column)} ${text}`;
  const eventVerb = wording.eventVerb({ kind: "column", ...column });
  const time = /^is ((?:in|on|from|before|after) .+|.+ or (?:earlier|later))$/.exec(text)?.[1];
  if (eventVerb === undefined || time === undefined) return phraseOfWhose(alone);
  return { after: "that", text: `were ${eventVerb} ${/ or \w+$/.test(time) ? "on " : ""}${time}`, alone };
}

const phraseOfHaving = (things: string): ConditionPhrase => ({
  after: "that",
  text: `have ${things}`,
  alone: `there are ${things}`,
});

/**
 * Describes all conditions with a leading space, empty without conditions: " whose country is "Germany" and that have
 * orders".
 */
export function clauses(
  where: readonly Condition[],
  wording: Wording,
  schema: DatabaseSchema,
  describe: DescribeQuery,
): string {
  const phrases = phrasesOf(where, wording, schema, describe);
  const parts = (["whose", "that", "for which"] as const).flatMap((after) => {
    const texts = phrases.filter((each) => each.after === after).map(({ text }) => text);
    return texts.length > 0 ? [list(texts.map((text) => `${after} ${text}`))] : [];
  });
  return parts.length > 0 ? ` ${list(parts)}` : "";
}

function phrasesOf(
  where: readonly Condition[],
  wording: Wording,
  schema: DatabaseSchema,
  describe: DescribeQuery,
): ConditionPhrase[] {
  const rest = [...where];
  const phrases: ConditionPhrase[] = [];
  for (let condition = rest.shift(); condition; condition = rest.shift()) {
    const range = condition.kind === "column" ? rangeWith(condition, rest, wording) : undefined;
    if (range) rest.splice(rest.indexOf(range.other), 1);
    phrases.push(
      range ? phraseOfColumn(range.column, range.text, wording) : phraseOf(condition, wording, schema, describe),
    );
  }
  return phrases;
}

/** Finds the condition that bounds the same column from the other side, and describes both as a range. */
function rangeWith(
  condition: Comparison,
  others: readonly Condition[],
  wording: Wording,
): { other: Condition; column: ColumnRef; text: string } | undefined {
  for (const other of others) {
    if (other.kind !== "column" || !isDeepStrictEqual(other.column, condition.column)) continue;
    const [from, to] = condition.op === ">=" ? [condition, other] : [other, condition];
    if (from.op !== ">=" || (to.op !== "<" && to.op !== "<=")) continue;
    const { column } = condition;
    if (typeof from.value === "number" && to.op === "<=")
      return { other, column, text: `is between ${from.value} and ${quoted(to.value)}` };
    if (
      typeof from.value !== "string" ||
      typeof to.value !== "string" ||
      to.op !== "<" ||
      !wording.isTime({ kind: "column", ...column })
    )
      continue;
    const range = rangeInWords(from.value, to.value);
    if (range !== undefined) return { other, column, text: range };
  }
  return undefined;
}

function phraseOf(
  condition: Condition,
  wording: Wording,
  schema: DatabaseSchema,
  describe: DescribeQuery,
): ConditionPhrase {
  switch (condition.kind) {
    case "column":
      return phraseOfColumn(condition.column, predicate(condition, wording), wording);
    case "pair": {
      const time = wording.isTime({ kind: "column", ...condition.left });
      const verbs = time
        ? { ...comparators, "<": "is before", ">": "is after", "<=": "is not after", ">=": "is not before" }
        : comparators;
      return phraseOfWhose(
        `${wording.column(condition.left)} ${verbs[condition.op]} the ${wording.column(condition.right)}`,
      );
    }
    case "related":
      return extreme(condition, wording, schema, describe) ?? related(condition, wording, schema, describe);
    case "either": {
      const sets = condition.of.map((all) => list(phrasesOf(all, wording, schema, describe).map(({ alone }) => alone)));
      const text = `either ${sets.join(condition.of.some((all) => all.length > 1) || sets.length > 2 ? ", or " : " or ")}`;
      return { after: "for which", text, alone: text };
    }
    case "measured":
      return phraseOfWhose(
        `${wording.column(condition.column)} ${comparators[condition.op]} ${describe(condition.query)}`,
      );
    case "member":
      return member(condition, wording, schema, describe);
  }
}

function predicate(comparison: Comparison, wording: Wording): string {
  switch (comparison.op) {
    case "missing":
      return "is missing";
    case "present":
      return "is known";
    case "one of":
      return `is ${list(comparison.values.map(quoted), "or")}`;
    case "none of":
      return comparison.values.length === 1
        ? `is not ${quoted(comparison.values[0]!)}`
        : `is neither ${list(comparison.values.map(quoted), "nor")}`;
    case "lacks":
      return `does not contain ${quoted(comparison.value)}`;
    case "contains":
    case "starts with":
    case "ends with":
      return `${comparison.op} ${quoted(comparison.value)}`;
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=": {
      const time = typeof comparison.value === "string" && wording.isTime({ kind: "column", ...comparison.column });
      return time
        ? comparisonInWords(comparison.op, String(comparison.value))
        : `${comparators[comparison.op]} ${quoted(comparison.value)}`;
    }
  }
}

/** Describes a condition on related rows. The noun is the table whose key is counted, or else the first joined one. */
function related(
  { joins, where, against = [], count }: Related,
  outer: Wording,
  schema: DatabaseSchema,
  describe: DescribeQuery,
): ConditionPhrase {
  const source = joins.find(({ as }) => count.distinct?.every((ref) => ref.source === as)) ?? joins[0]!;
  const { as } = source;
  const [first, ...rest] = joins as [Related["joins"][number]];
  const wording = new Wording(
    { from: { as: first.as, schema: first.schema, table: first.table }, joins: rest },
    schema,
    { about: as },
  );
  const beside = against.map(
    ({ inner, op, outer: ref }) => `whose ${wording.column(inner)} ${comparators[op]} their ${outer.column(ref)}`,
  );
  const such = clauses(where, wording, schema, describe) + (beside.length > 0 ? ` ${list(beside)}` : "");
  const isOne =
    source === joins[0] &&
    wording.isKey(
      as,
      source.on.map(({ right }) => right),
    );
  if (isOne && count.value === 1 && count.op === ">=") return phraseOfHaving(`a ${wording.noun(as)}${such}`);
  return phraseOfHaving(countOf(count.op, count.value, wording.pluralNoun) + such);
}

/**
 * Describes rows that have at most a few above them in their group: "whose price is the highest for their category".
 */
function extreme(
  { joins: [first, ...rest], where, against: [pair, ...others] = [], count }: Related,
  wording: Wording,
  schema: DatabaseSchema,
  describe: DescribeQuery,
): ConditionPhrase | undefined {
  const table = wording.table(wording.root);
  const same =
    first &&
    rest.length === 0 &&
    pair &&
    others.length === 0 &&
    table?.name === first.table &&
    table.schema === first.schema &&
    first.on.every(({ left, right }) => left.source === wording.root && left.column === right);
  const maxRank = count.op === "=" && count.value === 0 ? 1 : count.op === "<" ? count.value : 0;
  if (
    !same ||
    maxRank === 0 ||
    count.distinct ||
    (pair.op !== "<" && pair.op !== ">") ||
    pair.inner.column !== pair.outer.column ||
    pair.outer.source !== wording.root
  )
    return undefined;
  const groups = list(first.on.map(({ left }) => wording.group({ kind: "column", ...left })));
  const among = clauses(where, new Wording({ from: first, joins: [] }, schema), schema, describe);
  const place = wording.isTime({ kind: "column", ...pair.outer })
    ? { ">": "latest", "<": "earliest" }
    : { ">": "highest", "<": "lowest" };
  return phraseOfWhose(
    `${wording.column(pair.outer)} is ${maxRank === 1 ? `the ${place[pair.op]}` : `among the ${maxRank} ${place[pair.op]}`} for their ${groups}${among === "" ? "" : `, among those${among}`}`,
  );
}

/** Describes membership; a list of references to the outer table becomes "have orders" or "have no orders". */
function member(
  { column, op, query }: Member,
  wording: Wording,
  schema: DatabaseSchema,
  describe: DescribeQuery,
): ConditionPhrase {
  const referring = refersToRoot(query, column, wording, schema);
  if (referring) {
    const inner = new Wording(query, schema);
    return phraseOfHaving(
      `${op === "in" ? "" : "no "}${inner.pluralNoun}${clauses(query.where, inner, schema, describe)}`,
    );
  }
  return phraseOfWhose(`${wording.column(column)} is ${op === "in" ? "" : "not "}among ${describe(query)}`);
}

function refersToRoot(query: InnerQuery, column: Member["column"], wording: Wording, schema: DatabaseSchema): boolean {
  const { from } = query;
  const listed = listedColumn(query);
  const target =
    column.source === wording.root && wording.isKey(column.source, [column.column])
      ? wording.table(column.source)
      : undefined;
  if (!listed || !target || !("table" in from)) return false;
  const table = schema.tables.find((each) => each.schema === from.schema && each.name === from.table);
  return (
    table?.foreignKeys.some(
      (key) =>
        key.columns.length === 1 &&
        key.columns[0] === listed.column &&
        key.schema === target.schema &&
        key.table === target.name,
    ) ?? false
  );
}

/** Separates the conditions on one source from the others. */
export function partition(where: QueryPlan["where"], source: string): [on: Condition[], others: Condition[]] {
  const isOn = (condition: Condition): boolean => {
    switch (condition.kind) {
      case "column":
      case "measured":
      case "member":
        return condition.column.source === source;
      case "pair":
        return condition.left.source === source && condition.right.source === source;
      case "related":
        return condition.joins[0]!.on.every(({ left }) => left.source === source);
      case "either":
        return condition.of.flat().every(isOn);
    }
  };
  return [where.filter(isOn), where.filter((condition) => !isOn(condition))];
}

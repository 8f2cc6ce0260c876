import { kindOf } from "../column-kind.ts";
import { takeDays } from "../days.ts";
import type { Attribute, Days, Draft, Filter, Name } from "../draft.ts";
import { comparatives, comparators, copulas, functionWords, missings, namings, negations, onwards, textMatches, timeRelations, withouts, type TimeRelation } from "../lexicon.ts";
import type { Comparator } from "../plan/plan.ts";
import type { ValueMatch } from "../schema-index.ts";
import type { Scanner } from "../scanner.ts";
import { takeChoices, takeKindOf } from "./kinds.ts";
import { attributeOf } from "./order.ts";
import { attempt, type Rule } from "./rule.ts";
import { noteTable } from "./subjects.ts";

type Condition = Filter extends infer F ? (F extends Filter ? Omit<F, "words" | "at"> : never) : never;

/** Notes what `take` takes as a condition. */
const filter =
  (take: (scanner: Scanner, draft: Draft) => Condition | undefined): Rule =>
  (scanner, draft) => {
    const { at } = scanner;
    const condition = attempt(scanner, () => take(scanner, draft));
    if (condition) draft.filters.push({ ...condition, words: scanner.said(at), at });
    return condition !== undefined;
  };

/** "with more than 3 orders", "without orders", "with no email". */
export const relatedRows = filter((scanner, draft) => {
  if (scanner.takePhrase(withouts)) {
    scanner.takeArticles();
    const table = takeKindOf(scanner, draft);
    if (table) return { kind: "related", table, op: "=", value: 0 };
    const name = scanner.takeColumn();
    // "no stock" is a stock of zero, or no word about it.
    if (!name || name.columns.some(({ column }) => kindOf(column) === "number")) return undefined;
    return { kind: "missing", attribute: { kind: "name", name }, op: "missing" };
  }
  const op = scanner.takePhrase(comparators);
  const value = op && scanner.takeNumber();
  const table = op && value !== undefined && Number.isSafeInteger(value) && value >= 0 ? takeKindOf(scanner, draft) : undefined;
  return table && { kind: "related", table, op: op!, value: value! };
});

/** "cheaper than 20". */
export const comparative = filter((scanner) => {
  const { at } = scanner;
  const quality = scanner.takePhrase(comparatives);
  const attribute = quality && attributeOf(quality.nouns, scanner.said(at), at);
  const value = quality && scanner.takeNumber();
  return value === undefined ? undefined : { kind: "number", attribute: attribute!, op: quality!.op, value };
});

/** "price over 100", "city is Paris", "status shipped", "name contains oak", "customers created after 2024-05-01". */
export const columnCondition = filter((scanner, draft) => {
  const name = scanner.takeColumn();
  const condition = name && takeCondition(scanner, name, draft.head !== undefined || name.qualifier !== undefined);
  if (condition && name.qualifier) noteTable(draft, name.qualifier);
  return condition;
});

/** Text without quotes is a value only of something that was named: "which city is the airport in" has no value. */
function takeCondition(scanner: Scanner, name: Name, mayBeText: boolean): Condition | undefined {
  const attribute: Attribute = { kind: "name", name };
  const missing = scanner.takePhrase(missings);
  if (missing) return { kind: "missing", attribute, op: missing };
  const time = name.columns.some(({ column }) => kindOf(column) === "time") && attempt(scanner, () => takeTime(scanner, attribute));
  if (time) return time;
  const match = scanner.takePhrase(textMatches);
  if (match) {
    const text = scanner.takeText();
    return text === undefined ? undefined : { kind: "text", attribute, op: match, text };
  }
  const number = attempt(scanner, () => takeNumeric(scanner, attribute));
  if (number) return number;
  // "price of 20" and "city of Paris", but "emails of customers" has no value.
  const said = scanner.token?.word !== "of" && copulas.match(scanner.words, scanner.at) !== undefined;
  scanner.takePhrase(copulas);
  const negated = scanner.takePhrase(negations) ?? false;
  scanner.takeArticles();
  const truth = scanner.takeWord("true", "yes") ? true : scanner.takeWord("false", "no") ? false : undefined;
  if (truth !== undefined) return { kind: "truth", attribute, value: truth !== negated };
  const own = ({ column }: ValueMatch) => name.columns.some((each) => each.column === column);
  const choices = takeChoices(scanner, () => scanner.takeValue()?.filter(own));
  if (choices.length > 0) return { kind: "value", attribute, choices, negated };
  const unquoted = mayBeText && (said || negated) && !functionWords.has(scanner.words[scanner.at] ?? "");
  if (scanner.token?.kind !== "quoted" && !unquoted) return undefined;
  const text = scanner.takeText();
  return text === undefined ? undefined : { kind: "text", attribute, op: negated ? "<>" : "=", text };
}

const opposites: Record<Comparator, Comparator> = { "=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">" };

/** "over 100", "is at least 5", "between 10 and 20", "of 3", "12". */
function takeNumeric(scanner: Scanner, attribute: Attribute): Condition | undefined {
  const between = attempt(scanner, () => takeBetween(scanner, attribute));
  if (between) return between;
  const unsure = attempt(scanner, () => scanner.takePhrase(comparators));
  if (unsure === undefined) scanner.takePhrase(copulas);
  const negated = unsure === undefined && scanner.takePhrase(negations);
  const compared = unsure ?? scanner.takePhrase(comparators) ?? "=";
  const op = negated ? opposites[compared] : compared;
  const value = scanner.token?.kind === "number" ? scanner.takeNumber() : undefined;
  return value === undefined ? undefined : { kind: "number", attribute, op, value };
}

function takeBetween(scanner: Scanner, attribute: Attribute): Condition | undefined {
  scanner.takePhrase(copulas);
  const closing = scanner.takeWord("between") ? "and" : scanner.takeWord("from") ? "to" : undefined;
  const from = closing && scanner.takeNumber();
  if (from === undefined || !scanner.takeWord(closing!)) return undefined;
  const to = scanner.takeNumber();
  return to === undefined ? undefined : { kind: "between", attribute, from, to };
}

function takeTime(scanner: Scanner, attribute: Attribute): Condition | undefined {
  const dated = takeDated(scanner);
  if (dated) return { kind: "time", attribute, ...dated };
  scanner.takePhrase(copulas);
  const days = takeDays(scanner);
  return days && { kind: "time", attribute, relation: "within", days };
}

interface Dated {
  relation: TimeRelation;
  days: Days;
}

/** "between ... and ...", "in May 2024", "after 2024-05-01", "from 2024 onwards". */
function takeDated(scanner: Scanner): Dated | undefined {
  return attempt(scanner, () => takeSpan(scanner)) ?? attempt(scanner, () => takeRelated(scanner));
}

function takeRelated(scanner: Scanner): Dated | undefined {
  scanner.takePhrase(copulas);
  const relation = scanner.takePhrase(timeRelations);
  const days = relation && takeDays(scanner);
  if (!days) return undefined;
  if (relation === "of" && scanner.takePhrase(onwards)) return { relation: "from", days };
  // "from 2024-05-01" may mean on the day or since, "until 2024" with the year or without.
  if ((relation === "of" && days.unit === "day") || (relation === "until" && days.unit !== "day")) return undefined;
  return { relation: relation === "of" ? "within" : relation, days };
}

/** "between 2024-01-01 and 2024-03-31", "from May 2024 to June 2024": both ends included. */
function takeSpan(scanner: Scanner): Dated | undefined {
  scanner.takePhrase(copulas);
  const closings = scanner.takeWord("between") ? ["and"] : scanner.takeWord("from") ? ["to", "until", "till", "through"] : [];
  const first = closings.length > 0 ? takeDays(scanner) : undefined;
  const last = first && scanner.takeWord(...closings) ? takeDays(scanner) : undefined;
  return last && { relation: "within", days: { ...first!, end: last.end } };
}

/** "named Ada Lovelace". */
export const naming = filter((scanner) => {
  const { at } = scanner;
  if (!scanner.takePhrase(namings)) return undefined;
  const words = scanner.said(at);
  const text = scanner.takeText();
  return text === undefined ? undefined : { kind: "text", attribute: { kind: "label", words, at }, op: "=", text };
});

/** "in May 2024", "since 2023", "after 2024-05-01": of the one time that the thing has. */
export const timeCondition = filter((scanner) => {
  const { at } = scanner;
  const dated = takeDated(scanner);
  return dated && { kind: "time", attribute: { kind: "time", words: scanner.said(at), at }, ...dated };
});

/** "over 100", "more than 10 in stock": of the number that is named after it, or of the one that the thing has. */
export const numberCondition = filter((scanner) => {
  const { at } = scanner;
  const between = attempt(scanner, () => takeBetween(scanner, { kind: "number", words: "", at }));
  const op = between ? undefined : scanner.takePhrase(comparators);
  const value = op && scanner.takeNumber();
  if (!between && value === undefined) return undefined;
  const words = scanner.said(at);
  const name = attempt(scanner, () => {
    scanner.takeWord("in", "of");
    return scanner.takeColumn();
  });
  const attribute: Attribute = name ? { kind: "name", name } : { kind: "number", words, at };
  return between ? { ...between, attribute } as Condition : { kind: "number", attribute, op: op!, value: value! };
});

/** "in Germany", "not shipped", "Paris or Lyon", "the Books category". */
export const valueCondition = filter((scanner) => {
  const negated = scanner.takePhrase(negations) ?? false;
  scanner.takeArticles();
  const choices = takeChoices(scanner, () => scanner.takeBareValue());
  if (choices.length === 0) return undefined;
  const column = attempt(scanner, () => {
    const name = scanner.takeColumn();
    // "shipped orders with price over 10": a column that has a condition of its own does not belong to the value.
    return name?.columns.some(({ column }) => choices[0]!.some((each) => each.column === column)) ? name : undefined;
  });
  return { kind: "value", ...(column && { attribute: { kind: "name", name: column } }), choices, negated };
});

import type { Frame } from "../grammar/frame.ts";
import type { Token } from "../language/tokens.ts";
import type { Decision } from "../planning/decisions.ts";
import type { Condition, QueryPlan } from "../plan/plan.ts";
import { PlanContents, type NamedColumn } from "./plan-contents.ts";
import { nameWords, notNamed, unlike, type Mirrored, type QuestionWords, type Share } from "./question-words.ts";

/** A candidate plan for a question, and how it was found. */
export interface Found {
  plan: QueryPlan;
  /** The frame that was read from the question. */
  frame: Frame;
  /** Cost of this reading, and how much it exceeds the cheapest reading's. */
  reading: number;
  further: number;
  /** Cost of linking the names to the schema. */
  naming: number;
  /** Penalty of the plan as a whole. */
  surprise: number;
  /** Words that the reading skipped. */
  unread: readonly string[];
  /** Points at which more than one meaning was possible. */
  decisions: readonly Decision[];
}

/** Facts about a plan that do not depend on other candidates. */
interface Facts extends Found {
  said: QuestionWords;
  named: PlanContents;
  /** Share of these columns' name words that the question contains, exactly and by synonyms. */
  shares: Record<"shown" | "conditions" | "groups" | "orders", Share[]>;
  tables: Share[];
  left: { exact: number; like: number };
  /** How much less likely the rejected meanings are. */
  gaps: number[];
  columnGaps: number[];
  wayGaps: number[];
}

type Features = Record<string, (facts: Facts) => number>;

const upTo = (most: number, value: number) => Math.min(most, value);
const least = (values: readonly number[], most = 1) => Math.min(most, ...values);
const largest = (values: readonly number[]) => Math.max(0, ...values);
const mean = (values: readonly number[]) =>
  values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
const count = <T>(values: readonly T[], fits: (value: T) => boolean) =>
  values.reduce((sum, value) => sum + Number(fits(value)), 0);
const kinds = (conditions: readonly Condition[], ...wanted: Condition["kind"][]) =>
  count(conditions, ({ kind }) => wanted.includes(kind));

/** Features of the cost of a plan and of its alternatives. */
const ofCosts = {
  reading: ({ reading }) => upTo(5, reading),
  further: ({ further }) => upTo(4, further),
  naming: ({ naming }) => upTo(4, naming),
  surprise: ({ surprise }) => upTo(3, surprise),
  unread: ({ unread }) => upTo(3, unread.length),
  lost: ({ said, unread, named }) => upTo(3, lostWords(said, unread, named)),
  slips: ({ said }) => upTo(2, said.sentence.corrections.length),
  decisions: ({ decisions }) => upTo(8, decisions.length),
  notFirst: ({ decisions }) => count(decisions, ({ taken }) => taken > 0),
  closest: ({ gaps }) => least(gaps, 1.5),
  close: ({ gaps }) =>
    upTo(
      5,
      count(gaps, (gap) => gap < 0.06),
    ),
  nearby: ({ gaps }) =>
    upTo(
      5,
      count(gaps, (gap) => gap < 0.3),
    ),
  closestColumn: ({ columnGaps }) => least(columnGaps, 1.5),
  closestWay: ({ wayGaps }) => least(wayGaps, 1.5),
} satisfies Features;

/** Features of the kind of plan. */
const ofShape = {
  joins: ({ plan }) => upTo(4, plan.joins.length),
  tables: ({ named }) => upTo(6, new Set(named.tables).size),
  related: ({ plan }) => kinds(plan.where, "related"),
  either: ({ plan }) => kinds(plan.where, "either"),
  measured: ({ plan }) => kinds(plan.where, "measured"),
  member: ({ plan }) => kinds(plan.where, "member"),
  conditions: ({ plan }) => upTo(4, plan.where.length),
  groups: ({ plan }) => upTo(3, plan.groupBy.length),
  having: ({ plan }) => upTo(1, plan.having.length),
  combined: ({ plan }) => plan.combine?.length ?? 0,
  derived: ({ plan }) => Number("query" in plan.from),
  columns: ({ plan }) => upTo(6, plan.select.length),
  computed: ({ plan }) =>
    upTo(
      3,
      count(plan.select, ({ value }) => value.kind === "aggregate"),
    ),
  distinct: ({ plan }) => Number(plan.distinct),
  distinctRows: ({ plan }) => count(plan.select, ({ value }) => value.kind === "aggregate" && value.distinct === true),
  ranked: ({ plan }) => Number(plan.limit !== undefined),
  rankedAggregate: ({ plan }) =>
    Number(plan.limit !== undefined && plan.orderBy.some(({ value }) => value.kind === "aggregate")),
  first: ({ plan }) => upTo(5, plan.limit ?? 0),
  sorted: ({ plan }) => Number(plan.orderBy.length > 0 && plan.limit === undefined),
  counts: ({ plan }) =>
    Number(
      plan.select.length === 1 && plan.select.every(({ value }) => value.kind === "aggregate" && value.fn === "count"),
    ),
  negations: ({ named }) => upTo(3, named.negations),
  comparisons: ({ named }) => upTo(3, named.comparisons),
} satisfies Features;

/** Features of the reading. */
const ofReading = {
  topics: ({ frame }) => upTo(4, frame.topics.length),
  showing: ({ frame }) => upTo(5, frame.show.length),
  everything: ({ frame }) => count(frame.show, ({ kind }) => kind === "everything"),
  unnamed: ({ frame }) => count(frame.show, (item) => item.kind === "attribute" && item.attribute.kind !== "name"),
  asks: ({ frame }) => Number(frame.asks),
  filters: ({ frame }) => upTo(4, frame.filters.length),
  counted: ({ frame }) => count(frame.filters, ({ kind }) => kind !== "attribute"),
  denied: ({ frame }) => count(frame.filters, ({ denied }) => denied),
  columnless: ({ frame }) => count(frame.filters, (filter) => filter.kind === "attribute" && !filter.attribute),
  texts: ({ frame }) =>
    count(frame.filters, (filter) => filter.kind === "attribute" && filter.predicate.kind === "text"),
  numbersAsked: ({ frame }) =>
    count(frame.filters, (filter) => filter.kind === "attribute" && filter.predicate.kind === "number"),
  idleTopics: ({ frame, named }) => frame.topics.length - new Set(named.tables).size,
  worstTopic: ({ frame }) => largest(frame.topics.map(({ tables }) => Math.min(...tables.map(({ cost }) => cost)))),
} satisfies Features;

/** Features that compare the names of the plan with those of the question, in both directions. */
const ofNames = {
  rootExact: ({ said, named }) => said.share(named.tables[0]!).exact,
  rootLike: ({ said, named }) => said.share(named.tables[0]!).like,
  unsaidTables: ({ tables }) =>
    upTo(
      4,
      count(tables, ({ like }) => like === 0),
    ),
  inexactTables: ({ tables }) =>
    upTo(
      4,
      count(tables, ({ exact }) => exact === 0),
    ),
  idleTables: ({ said, named }) =>
    upTo(
      4,
      count(said.tables, (table) => !named.tables.includes(table)),
    ),
  bridges: ({ named }) =>
    upTo(
      4,
      count(
        named.joined,
        (table) => ![...named.shown, ...named.conditions, ...named.groups].some((each) => each.table === table),
      ),
    ),
  shownExact: ({ shares }) => mean(shares.shown.map(({ exact }) => exact)),
  leastShownExact: ({ shares }) => least(shares.shown.map(({ exact }) => exact)),
  leastShownLike: ({ shares }) => least(shares.shown.map(({ like }) => like)),
  unsaidShown: ({ shares }) =>
    upTo(
      4,
      count(shares.shown, ({ like }) => like === 0),
    ),
  conditionsExact: ({ shares }) => mean(shares.conditions.map(({ exact }) => exact)),
  unsaidConditions: ({ shares }) =>
    upTo(
      4,
      count(shares.conditions, ({ like }) => like === 0),
    ),
  groupsExact: ({ shares }) => largest(shares.groups.map(({ exact }) => exact)),
  unsaidGroups: ({ shares }) =>
    upTo(
      3,
      count(shares.groups, ({ like }) => like === 0),
    ),
  ordersExact: ({ shares }) => least(shares.orders.map(({ exact }) => exact)),
  idleColumns: ({ said, named }) => upTo(4, idleColumns(said, named)),
  saidColumns: ({ said }) => upTo(8, said.columns.length),
  left: ({ left }) => upTo(6, left.exact),
  leftUnlike: ({ left }) => upTo(6, left.like),
  leftShare: ({ left, said }) => left.exact / Math.max(1, said.content.length),
  shownTwins: ({ said, named }) => twins(said, named.shown),
  conditionTwins: ({ said, named }) => twins(said, named.conditions),
  groupTwins: ({ said, named }) => twins(said, named.groups),
  shownKeys: ({ said, named }) =>
    upTo(
      3,
      count(named.shown, (column) => isKeyOf(said, column)),
    ),
  shownElsewhere: ({ named }) => Number(named.shown.some(({ table }) => table !== named.tables[0])),
} satisfies Features;

/** Features that compare the plan's values and numbers with the question's. */
const ofValues = {
  values: ({ named }) => upTo(4, named.values.length),
  unseen: ({ said, named }) =>
    upTo(
      3,
      count(texts(named), (text) => said.sentence.index.values.of(text).length === 0),
    ),
  meanings: ({ said, named }) =>
    upTo(6, largest(texts(named).map((text) => said.sentence.index.values.of(text).length))),
  elsewhere: ({ said, named }) =>
    upTo(
      3,
      count(named.values, (each) => typeof each.value === "string" && isElsewhere(said, each, each.value)),
    ),
  otherwiseSaid: ({ said, named }) =>
    upTo(
      3,
      count(texts(named), (text) => !said.lower.includes(text.toLowerCase())),
    ),
  asWritten: ({ said, named }) =>
    upTo(
      3,
      count(texts(named), (text) => said.sentence.text.includes(text)),
    ),
  saidColumn: ({ said, named }) =>
    upTo(
      3,
      count(named.values, ({ column }) => said.share(column).like > 0),
    ),
  numbers: ({ said }) => upTo(4, said.numbers.length),
  lostNumbers: ({ said, named }) =>
    upTo(
      3,
      count(said.numbers, (number) => !numbersOf(named).includes(number)),
    ),
  quoted: ({ said }) => upTo(3, said.quoted.length),
  lostQuotes: ({ said, named }) =>
    upTo(
      3,
      count(said.quoted, (quote) => !texts(named).some((text) => text.toLowerCase() === quote)),
    ),
  proper: ({ said }) => upTo(5, said.proper.length),
  lostProper: ({ said, named }) =>
    upTo(5, notNamed(said.proper, [...named.tables, ...usedColumns(named)], texts(named)).length),
} satisfies Features;

/** Features that compare the plan's operations with the words that ask for them. */
const mirrors: Partial<Record<Mirrored, (facts: Facts) => boolean>> = {
  superlative: ({ named }) => named.picks || named.functions.has("max") || named.functions.has("min"),
  average: ({ named }) => named.functions.has("avg"),
  sum: ({ named }) => named.functions.has("sum"),
  count: ({ named }) => named.functions.has("count"),
  distinct: ({ plan }) =>
    plan.distinct ||
    plan.groupBy.length > 0 ||
    plan.select.some(({ value }) => value.kind === "aggregate" && value.distinct === true),
  group: ({ plan }) => plan.groupBy.length > 0,
  each: ({ plan }) => plan.groupBy.length > 0,
  negation: ({ named }) => named.negations > 0,
  or: ({ named }) => named.choices > 0,
  sorted: ({ plan }) => plan.orderBy.length > 0 && plan.limit === undefined,
  compared: ({ plan, named }) =>
    named.comparisons > 0 ||
    plan.having.length > 0 ||
    plan.where.some(({ kind }) => kind === "related" || kind === "measured"),
  text: ({ named }) => named.texts > 0,
  above: ({ plan }) => plan.where.some(({ kind }) => kind === "measured"),
};

/** Features of the question's difficulty, independent of the plan. */
const telling: readonly Mirrored[] = [
  "both",
  "also",
  "common",
  "share",
  "all",
  "details",
  "ids",
  "called",
  "times",
  "related",
  "theirs",
  "counting",
  "asking",
];

const ofWords: Features = {
  ...Object.fromEntries(
    Object.entries(mirrors).flatMap(([word, does]): [string, (facts: Facts) => number][] => [
      // 1 if the question asks for it and the plan lacks it, -1 if the plan does it unasked.
      [`${word}Mirrored`, (facts) => Number(facts.said.has(word as Mirrored)) - Number(does(facts))],
    ]),
  ),
  ...Object.fromEntries(
    [...(Object.keys(mirrors) as Mirrored[]), ...telling].map((word) => [
      `${word}Said`,
      ({ said }: Facts) => Number(said.has(word)),
    ]),
  ),
};

const ofQuestion = {
  length: ({ said }) => Math.log2(1 + said.sentence.tokens.length),
  content: ({ said }) => upTo(10, said.content.length),
  parts: ({ said }) => upTo(5, said.parts),
  idleParts: ({ said, plan, named }) => upTo(5, said.parts + 1 - plan.select.length - named.conditions.length),
  schemaTables: ({ said }) => upTo(6, Math.log2(said.sentence.index.schema.tables.length)),
} satisfies Features;

const own: Features = { ...ofCosts, ...ofShape, ...ofReading, ...ofNames, ...ofValues, ...ofWords, ...ofQuestion };
const ownNames = Object.keys(own);
const ownFeatures = Object.values(own);

/** Features that also count as their difference from the lowest value among the candidates. */
const compared = [
  "reading",
  "naming",
  "surprise",
  "left",
  "leftUnlike",
  "idleColumns",
  "shownExact",
  "conditionsExact",
  "unsaidTables",
  "joins",
  "columns",
  "conditions",
  "tables",
  "lostProper",
  "rootExact",
];
const comparedPlaces = compared.map((name) => ownNames.indexOf(name));

/** Names of the features by which candidates are ranked and confidence is estimated. */
export const featureNames: readonly string[] = [
  ...ownNames,
  "plans",
  "cost",
  ...["cost", ...compared].flatMap((name) => [`${name}AboveLeast`, `${name}BelowMost`]),
];

/** Computes the features of each candidate, in the order of {@link featureNames}. */
export function featuresOf(said: QuestionWords, plans: readonly Found[]): Float64Array[] {
  const alone = plans.map((found) => {
    const facts = factsOf(said, found);
    return ownFeatures.map((feature) => feature(facts));
  });
  const costs = plans.map(({ reading, naming, surprise }) => upTo(8, reading + naming + surprise));
  const all = [costs, ...comparedPlaces.map((place) => alone.map((values) => values[place]!))].map((values) => ({
    values,
    low: Math.min(...values),
    high: Math.max(...values),
  }));
  return alone.map((values, plan) =>
    Float64Array.from([
      ...values,
      upTo(20, plans.length),
      costs[plan]!,
      ...all.flatMap(({ values: each, low, high }) => [each[plan]! - low, high - each[plan]!]),
    ]),
  );
}

function factsOf(said: QuestionWords, found: Found): Facts {
  const named = new PlanContents(found.plan);
  const share = (columns: readonly NamedColumn[]) => columns.map(({ column }) => said.share(column));
  const gaps = (kind = "") =>
    found.decisions
      .filter(({ id }) => id.startsWith(kind))
      .flatMap(({ costs, taken }) => costs.flatMap((cost, place) => (place === taken ? [] : [cost - costs[taken]!])));
  return {
    ...found,
    said,
    named,
    shares: {
      shown: share(named.shown),
      conditions: share(named.conditions),
      groups: share(named.groups),
      orders: share(named.orders),
    },
    tables: [...new Set(named.tables)].map((table) => said.share(table)),
    left: leftOf(said, named),
    gaps: gaps(),
    columnGaps: gaps("column"),
    wayGaps: gaps("way"),
  };
}

/** Counts the words that nothing in the plan accounts for, exactly and by synonyms. */
function leftOf(said: QuestionWords, named: PlanContents): Facts["left"] {
  const names = [...named.tables, ...usedColumns(named)];
  const left = notNamed(said.content, names, texts(named)).filter((token) => !isMeant(said, token, named));
  return { exact: left.length, like: unlike(left, names).length };
}

const texts = ({ values }: PlanContents) => values.flatMap(({ value }) => (typeof value === "string" ? [value] : []));

/** Includes numbers inside texts, such as days and codes. */
const numbersOf = (named: PlanContents) => [
  ...named.counts,
  ...named.values.flatMap(({ value }) =>
    typeof value === "number"
      ? [value]
      : typeof value === "string"
        ? (value.match(/\d+(\.\d+)?/g) ?? []).map(Number)
        : [],
  ),
];

const usedColumns = ({ shown, conditions, groups, orders }: PlanContents) =>
  [...shown, ...conditions, ...groups, ...orders].map(({ column }) => column);

/** Words before a verb and its object: "who bought products". */
const subjects = new Set(["who", "that", "which", "have", "has", "had"]);

/**
 * Counts the unaccounted words among the skipped ones and among those right before a table's name, which qualify its
 * rows.
 */
function lostWords(said: QuestionWords, unread: readonly string[], named: PlanContents): number {
  const tables = new Set(named.tables.flatMap((table) => nameWords(table).words));
  const { tokens } = said.sentence;
  const open = tokens.filter(
    (token, place) =>
      unread.includes(token.text) ||
      (tables.has(tokens[place + 1]?.stem ?? "") &&
        !subjects.has(tokens[place - 1]?.word ?? "") &&
        said.content.includes(token)),
  );
  const names = [...named.tables, ...usedColumns(named)];
  return unlike(notNamed(open, names, texts(named)), names).filter((token) => !isMeant(said, token, named)).length;
}

/** Whether a learned word stands for something in the plan. */
function isMeant(said: QuestionWords, token: Token, named: PlanContents): boolean {
  const meaning = said.meant.get(token);
  if (!meaning) return false;
  if (meaning.value !== undefined) return texts(named).includes(meaning.value);
  return meaning.column ? usedColumns(named).includes(meaning.column.name) : named.tables.includes(meaning.table.name);
}

/** Counts the columns that the question names in full and the plan lacks. */
function idleColumns(said: QuestionWords, named: PlanContents): number {
  const used = [...new Set([...usedColumns(named), ...named.tables])].map((name) => new Set(nameWords(name).words));
  return count(said.columns, (name) => !used.some((words) => nameWords(name).words.every((word) => words.has(word))));
}

/** Counts the tables that have a column of the same name. */
const twins = ({ sentence }: QuestionWords, columns: readonly NamedColumn[]) =>
  upTo(6, largest(columns.map(({ column }) => sentence.index.twins.get(column) ?? 1)));

function isKeyOf({ sentence }: QuestionWords, { table, column }: NamedColumn): boolean {
  const found = sentence.index.schema.tables.find(({ name }) => name === table);
  return (
    found !== undefined &&
    (found.primaryKey.includes(column) || found.foreignKeys.some(({ columns }) => columns.includes(column)))
  );
}

/** Whether a value was sampled in other columns only. */
function isElsewhere({ sentence }: QuestionWords, on: NamedColumn, value: string): boolean {
  const seen = sentence.index.values.of(value);
  return seen.length > 0 && !seen.some(({ table, column }) => table.name === on.table && column.name === on.column);
}

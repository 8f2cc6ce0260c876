import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { InnerQuery, QueryPlan, Scalar } from "./plan.ts";
import { clauses, compared, countOf, partition, type DescribeQuery } from "./reading/condition-text.ts";
import { chosenTerms, rankPhrase, sorted, superlative, thenBy } from "./reading/order-text.ts";
import { Wording } from "./reading/wording.ts";
import { list, ordinal, pluralOf } from "./reading/words.ts";
import { isAggregated } from "./scope.ts";

type Query = Omit<QueryPlan, "combine">;

/** Describes a plan in plain English, so that a person can check it: "The 5 customers with the most orders." */
export function readingOf({ combine = [], ...plan }: QueryPlan, schema: DatabaseSchema): string {
  const reader = new Reader(schema);
  const text = combine.length === 0 ? reader.phrase(plan) : reader.combined(plan, combine);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const joiners = { union: "together with", intersect: "but only those that are also among", except: "but not" };

/** What a plan groups by, in words. */
interface Groups {
  /** The groups' nouns in the singular: "customer", "country", "month of ordered at". */
  names: string[];
  /** The source whose rows are the groups, if they are rows of one. */
  source?: string;
}

class Reader {
  readonly #schema: DatabaseSchema;
  readonly #describe: DescribeQuery = (query) => this.phrase(query);

  constructor(schema: DatabaseSchema) {
    this.#schema = schema;
  }

  combined(plan: Query, combine: NonNullable<QueryPlan["combine"]>): string {
    const rows = [
      this.phrase({ ...plan, orderBy: [], limit: undefined, offset: undefined }),
      ...combine.map(({ op, query }) => `${joiners[op]} ${this.phrase(query)}`),
    ].join(", ");
    const wording = this.#wording(plan);
    return rows + sorted(chosenTerms(plan, wording), wording) + limitText(plan) + offsetText(plan);
  }

  /** Describes a query as a noun phrase: "the names of customers whose country is "Germany"". */
  phrase(query: Query): string {
    const wording = this.#wording(query);
    if (!isAggregated(query)) return this.#listed(query, wording);
    return query.groupBy.length === 0 ? this.#computed(query, wording) : this.#grouped(query, wording);
  }

  #wording(query: Query): Wording {
    return new Wording(query, this.#schema, {
      noun: "query" in query.from ? this.#nounOf(query.from.query) : undefined,
    });
  }

  /** Names the rows of an inner query: its groups, or the rows that it lists. */
  #nounOf(query: InnerQuery): string {
    const wording = this.#wording(query);
    if (!isAggregated(query) || query.limit !== undefined) return `results of ${this.phrase(query)}`;
    const { names } = groupsOf(query, wording);
    if (names.length !== 1) return `groups of ${this.phrase(query)}`;
    const such = this.#clauses(query.where, wording);
    return (
      pluralOf(names[0]!) +
      this.#having(query, wording, "with") +
      (such === "" || query.having.length > 0 ? such : ` of ${wording.pluralNoun}${such}`)
    );
  }

  #clauses = (where: Query["where"], wording: Wording) => clauses(where, wording, this.#schema, this.#describe);

  #computed(query: Query, wording: Wording): string {
    const heads = query.select.flatMap(({ value }) =>
      value.kind === "aggregate" ? [`the ${wording.aggregate(value)}`] : [],
    );
    const condition = query.having.map(
      ({ value, op, than }) => `the ${wording.aggregate(value)} ${compared(op, than)}`,
    );
    return `${list(heads)} of ${wording.pluralNoun}${this.#clauses(query.where, wording)}${condition.length > 0 ? `, only if ${list(condition)}` : ""}`;
  }

  #grouped(query: Query, wording: Wording): string {
    const groups = groupsOf(query, wording);
    const [name, ...others] = groups.names;
    const heads = query.select.flatMap(({ value }) =>
      value.kind === "aggregate" ? [`the ${wording.aggregate(value)}`] : [],
    );
    const ranked = query.limit !== undefined && query.orderBy[0]?.value.kind === "aggregate";
    if (name !== undefined && others.length === 0 && (ranked || heads.length === 0))
      return this.#ranked(query, wording, groups);
    const having = query.having.map(({ value, op, than }) => `the ${wording.aggregate(value)} ${compared(op, than)}`);
    const what =
      heads.length > 0
        ? `${list(heads)} of ${wording.pluralNoun}${this.#clauses(query.where, wording)} for each`
        : `each`;
    const where = heads.length > 0 ? "" : ` of ${wording.pluralNoun}${this.#clauses(query.where, wording)}`;
    return `${what} ${list(groups.names)}${where}${having.length > 0 ? `, only where ${list(having)}` : ""}${sorted(chosenTerms(query, wording), wording)}${limitText(query)}${offsetText(query)}`;
  }

  /** Describes groups as nouns: "the 5 customers with the most orders", "the countries with more than 20 customers". */
  #ranked(query: Query, wording: Wording, { names, source }: Groups): string {
    const [term] = query.orderBy;
    const rank = query.limit !== undefined && term?.value.kind === "aggregate" ? term : undefined;
    const [own, others] =
      source === undefined || source === wording.root ? [[], query.where] : partition(query.where, source);
    const things = query.limit === 1 ? names[0]! : pluralOf(names[0]!);
    const such = this.#clauses(others, wording);
    const having = this.#having(query, wording, rank ? "and" : "with");
    const about =
      rank?.value.kind === "aggregate" && wording.counted(rank.value) === undefined ? ` of ${wording.pluralNoun}` : "";
    // Names the grouped rows, unless the ranking or the condition already does.
    const of = rank === undefined && having === "" && source !== wording.root ? ` of ${wording.pluralNoun}` : "";
    const among =
      own.length > 0 ? `, among those${this.#clauses(own, new Wording(query, this.#schema, { about: source! }))}` : "";
    const many = query.limit === undefined || query.limit === 1 ? "the" : `the ${query.limit}`;
    const ranking = rank
      ? ` with ${superlative(rank, rankOf(query), wording)}${about}${thenBy(chosenTerms(query, wording).slice(1), wording)}`
      : "";
    const order = rank ? "" : sorted(chosenTerms(query, wording), wording);
    return `${many} ${things}${ranking}${having}${of}${such}${among}${order}${offsetText(query)}`;
  }

  /** Describes conditions on groups: " with more than 20 customers", " with a total stock that is at least 5". */
  #having(query: Query, wording: Wording, word: "with" | "and"): string {
    const conditions = query.having.map(({ value, op, than }) => {
      const counted = wording.counted(value);
      return counted === undefined
        ? `${article(wording.aggregate(value))} of ${wording.pluralNoun} that ${compared(op, than)}`
        : countOf(op, than, counted);
    });
    return conditions.length > 0 ? ` ${word} ${list(conditions)}` : "";
  }

  #listed(query: Query, wording: Wording): string {
    const terms = chosenTerms(query, wording);
    const such = this.#clauses(query.where, wording);
    return (
      this.#shown(
        query,
        wording,
        query.limit === undefined
          ? wording.pluralNoun + such + sorted(terms, wording)
          : first(query, terms, such, wording),
      ) + offsetText(query)
    );
  }

  /** Describes the selected columns; all columns of a table need no mention. */
  #shown({ select, distinct, from, limit }: Query, wording: Wording, about: string): string {
    const columns = select.map(({ value }) => value as Scalar);
    const table = wording.table(from.as);
    const isAll =
      !distinct &&
      columns.length === table?.columns.length &&
      columns.every((value) => value.kind === "column" && value.source === from.as);
    if (isAll) return about;
    const own = columns.filter((value) => value.kind !== "column" || value.source === from.as);
    const others = columns.filter((value) => !own.includes(value)).map((value) => wording.scalar(value));
    const number = (name: string) => (limit === 1 ? name : pluralOf(name));
    const different = distinct ? "different " : "";
    if (own.length === 0) return `the ${different}${list(others.map(number))} of ${about}`;
    const shown = `the ${different}${list(own.map((value) => number(wording.scalar(value))))}`;
    return others.length === 0
      ? `${shown} of ${about}`
      : `${shown} of ${about}, with ${limit === 1 ? "its" : "their"} ${list(others)}`;
  }
}

/** Names the groups; columns that contain a source's primary key stand for its rows. */
function groupsOf({ groupBy }: Query, wording: Wording): Groups {
  const bySource = Map.groupBy(groupBy, (value) => (value.kind === "column" ? value.source : ""));
  const keyed = [...bySource]
    .filter(
      ([source, values]) =>
        source !== "" &&
        wording.isKey(
          source,
          values.map((value) => (value as { column: string }).column),
        ),
    )
    .map(([source]) => source);
  const names = groupBy.flatMap((value) =>
    value.kind === "column" && keyed.includes(value.source) ? [] : [wording.group(value)],
  );
  const things = keyed.map((source) => wording.noun(source));
  return { names: [...things, ...names], ...(keyed.length === 1 && names.length === 0 ? { source: keyed[0]! } : {}) };
}

/** Describes the first rows of an order: "the 5 products with the highest price", "the first 10 customers by name". */
function first(query: Query, terms: QueryPlan["orderBy"], such: string, wording: Wording): string {
  const things = query.limit === 1 ? wording.noun(wording.root) : wording.pluralNoun;
  const [term, ...others] = terms;
  if (term && !wording.isText(term.value)) {
    return `the ${query.limit === 1 ? "" : `${query.limit} `}${things} ${rankPhrase(term, rankOf(query), wording)}${thenBy(others, wording)}${such && `, among those${such}`}`;
  }
  const by = terms.map(
    ({ value, direction }) => wording.expression(value) + (direction === "desc" ? " from Z to A" : ""),
  );
  return `the ${query.limit === 1 ? ordinal(rankOf(query)) : `first ${query.limit}`} ${things}${such}${by.length > 0 ? ` by ${list(by)}` : ""}`;
}

/** The rank of a single row: an offset of 1 makes it the second. */
const rankOf = ({ limit, offset = 0 }: Query) => (limit === 1 ? 1 + offset : 1);

const offsetText = ({ limit, offset }: Query) =>
  offset === undefined || limit === 1 ? "" : `, passing over the first ${offset === 1 ? "one" : offset}`;

const limitText = (query: Query) =>
  query.limit === undefined ? "" : `; only the ${query.limit === 1 ? ordinal(rankOf(query)) : `first ${query.limit}`}`;

const article = (noun: string) => `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;

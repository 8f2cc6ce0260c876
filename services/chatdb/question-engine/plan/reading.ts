import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { InnerQuery, QueryPlan, Scalar } from "./plan.ts";
import { clauses, compared, countOf, partition, type Say } from "./reading/condition-text.ts";
import { chosen, distinguished, sorted, superlative, thenBy } from "./reading/order-text.ts";
import { Wording } from "./reading/wording.ts";
import { list, ordinal, several } from "./reading/words.ts";
import { isAggregated } from "./scope.ts";

type Query = Omit<QueryPlan, "combine">;

/** A plan in plain English, for a person to check what was understood: "The 5 customers with the most orders." */
export function readingOf({ combine = [], ...plan }: QueryPlan, schema: DatabaseSchema): string {
  const reader = new Reader(schema);
  const text = combine.length === 0 ? reader.phrase(plan) : reader.combined(plan, combine);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const joiners = { union: "together with", intersect: "but only those that are also among", except: "but not" };

/** What the rows of a group have in common, and how the groups are called. */
interface Groups {
  /** One of them each: "customer", "country", "month of ordered at". */
  names: string[];
  /** The source whose things are the groups, where they are. */
  source?: string;
}

class Reader {
  readonly #schema: DatabaseSchema;
  readonly #say: Say = (query) => this.phrase(query);

  constructor(schema: DatabaseSchema) {
    this.#schema = schema;
  }

  combined(plan: Query, combine: NonNullable<QueryPlan["combine"]>): string {
    const rows = [
      this.phrase({ ...plan, orderBy: [], limit: undefined, offset: undefined }),
      ...combine.map(({ op, query }) => `${joiners[op]} ${this.phrase(query)}`),
    ].join(", ");
    const wording = this.#wording(plan);
    return rows + sorted(chosen(plan, wording), wording) + onlyFirst(plan) + passedOver(plan);
  }

  /** The query as a noun: "the names of customers whose country is "Germany"". */
  phrase(query: Query): string {
    const wording = this.#wording(query);
    if (!isAggregated(query)) return this.#listed(query, wording);
    return query.groupBy.length === 0 ? this.#computed(query, wording) : this.#grouped(query, wording);
  }

  #wording(query: Query): Wording {
    return new Wording(query, this.#schema, {
      things: "query" in query.from ? this.#thingsOf(query.from.query) : undefined,
    });
  }

  /** What the rows of an inner query are: the groups that it makes, or what it lists. */
  #thingsOf(query: InnerQuery): string {
    const wording = this.#wording(query);
    if (!isAggregated(query) || query.limit !== undefined) return `results of ${this.phrase(query)}`;
    const { names } = groupsOf(query, wording);
    if (names.length !== 1) return `groups of ${this.phrase(query)}`;
    const such = this.#clauses(query.where, wording);
    return (
      several(names[0]!) +
      this.#having(query, wording, "with") +
      (such === "" || query.having.length > 0 ? such : ` of ${wording.things}${such}`)
    );
  }

  #clauses = (where: Query["where"], wording: Wording) => clauses(where, wording, this.#schema, this.#say);

  #computed(query: Query, wording: Wording): string {
    const heads = query.select.flatMap(({ value }) =>
      value.kind === "aggregate" ? [`the ${wording.aggregate(value)}`] : [],
    );
    const condition = query.having.map(
      ({ value, op, than }) => `the ${wording.aggregate(value)} ${compared(op, than)}`,
    );
    return `${list(heads)} of ${wording.things}${this.#clauses(query.where, wording)}${condition.length > 0 ? `, only if ${list(condition)}` : ""}`;
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
      heads.length > 0 ? `${list(heads)} of ${wording.things}${this.#clauses(query.where, wording)} for each` : `each`;
    const where = heads.length > 0 ? "" : ` of ${wording.things}${this.#clauses(query.where, wording)}`;
    return `${what} ${list(groups.names)}${where}${having.length > 0 ? `, only where ${list(having)}` : ""}${sorted(chosen(query, wording), wording)}${onlyFirst(query)}${passedOver(query)}`;
  }

  /** Groups as things of their own: "the 5 customers with the most orders", "the countries with more than 20 customers". */
  #ranked(query: Query, wording: Wording, { names, source }: Groups): string {
    const [term] = query.orderBy;
    const rank = query.limit !== undefined && term?.value.kind === "aggregate" ? term : undefined;
    const [own, others] =
      source === undefined || source === wording.root ? [[], query.where] : partition(query.where, source);
    const things = query.limit === 1 ? names[0]! : several(names[0]!);
    const such = this.#clauses(others, wording);
    const having = this.#having(query, wording, rank ? "and" : "with");
    const about =
      rank?.value.kind === "aggregate" && wording.counted(rank.value) === undefined ? ` of ${wording.things}` : "";
    // Of whom, where nothing has told it.
    const of = rank === undefined && having === "" && source !== wording.root ? ` of ${wording.things}` : "";
    const among =
      own.length > 0 ? `, among those${this.#clauses(own, new Wording(query, this.#schema, { about: source! }))}` : "";
    const many = query.limit === undefined || query.limit === 1 ? "the" : `the ${query.limit}`;
    const ranking = rank
      ? ` with ${superlative(rank, placeOf(query), wording)}${about}${thenBy(chosen(query, wording).slice(1), wording)}`
      : "";
    const order = rank ? "" : sorted(chosen(query, wording), wording);
    return `${many} ${things}${ranking}${having}${of}${such}${among}${order}${passedOver(query)}`;
  }

  /** " with more than 20 customers", " with a total stock that is at least 5". */
  #having(query: Query, wording: Wording, word: "with" | "and"): string {
    const said = query.having.map(({ value, op, than }) => {
      const counted = wording.counted(value);
      return counted === undefined
        ? `${article(wording.aggregate(value))} of ${wording.things} that ${compared(op, than)}`
        : countOf(op, than, counted);
    });
    return said.length > 0 ? ` ${word} ${list(said)}` : "";
  }

  #listed(query: Query, wording: Wording): string {
    const terms = chosen(query, wording);
    const such = this.#clauses(query.where, wording);
    return (
      this.#shown(
        query,
        wording,
        query.limit === undefined ? wording.things + such + sorted(terms, wording) : first(query, terms, such, wording),
      ) + passedOver(query)
    );
  }

  /** What is shown of the things: nothing is said where that is all. */
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
    const number = (name: string) => (limit === 1 ? name : several(name));
    const different = distinct ? "different " : "";
    if (own.length === 0) return `the ${different}${list(others.map(number))} of ${about}`;
    const shown = `the ${different}${list(own.map((value) => number(wording.scalar(value))))}`;
    return others.length === 0
      ? `${shown} of ${about}`
      : `${shown} of ${about}, with ${limit === 1 ? "its" : "their"} ${list(others)}`;
  }
}

/** The columns that tell the rows of a source apart stand for its things. */
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
  const things = keyed.map((source) => wording.thing(source));
  return { names: [...things, ...names], ...(keyed.length === 1 && names.length === 0 ? { source: keyed[0]! } : {}) };
}

/** "the 5 products with the highest price", "the first 10 customers by name". */
function first(query: Query, terms: QueryPlan["orderBy"], such: string, wording: Wording): string {
  const things = query.limit === 1 ? wording.thing(wording.root) : wording.things;
  const [term, ...others] = terms;
  if (term && !wording.isText(term.value)) {
    return `the ${query.limit === 1 ? "" : `${query.limit} `}${things} ${distinguished(term, placeOf(query), wording)}${thenBy(others, wording)}${such && `, among those${such}`}`;
  }
  const by = terms.map(
    ({ value, direction }) => wording.expression(value) + (direction === "desc" ? " from Z to A" : ""),
  );
  return `the ${query.limit === 1 ? ordinal(placeOf(query)) : `first ${query.limit}`} ${things}${such}${by.length > 0 ? ` by ${list(by)}` : ""}`;
}

/** Of one row, what passing over others makes of it: the second. */
const placeOf = ({ limit, offset = 0 }: Query) => (limit === 1 ? 1 + offset : 1);

const passedOver = ({ limit, offset }: Query) =>
  offset === undefined || limit === 1 ? "" : `, passing over the first ${offset === 1 ? "one" : offset}`;

const onlyFirst = (query: Query) =>
  query.limit === undefined ? "" : `; only the ${query.limit === 1 ? ordinal(placeOf(query)) : `first ${query.limit}`}`;

const article = (noun: string) => `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;

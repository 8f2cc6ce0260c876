import type {
  Aggregate,
  ColumnRef,
  Comparison,
  Condition,
  FlatCondition,
  InnerQuery,
  Join,
  Pair,
  QueryPlan,
  Related,
  Scalar,
  Source,
} from "@chatdb/question-engine/plan/plan.ts";
import type { Chance } from "./chance.ts";
import { hostile, valueOf, type MadeTable, type Type } from "./random-schema.ts";

type Kind = "number" | "text" | "time" | "boolean";
interface Held {
  ref: ColumnRef;
  type: Type;
}
interface Sources {
  tables: { source: Source; table: MadeTable }[];
  columns: Held[];
}

const kinds: Record<Type, Kind> = {
  integer: "number",
  decimal: "number",
  text: "text",
  instant: "time",
  day: "time",
  boolean: "boolean",
};
const comparators = ["=", "<>", "<", "<=", ">", ">="] as const;

/** Generates a valid plan that uses any part of the plan language. An order, if there is one, is total. */
export function makePlan(chance: Chance, tables: readonly MadeTable[], schema: string): QueryPlan {
  return new Maker(chance, tables, schema).plan();
}

class Maker {
  readonly #chance: Chance;
  readonly #tables: readonly MadeTable[];
  readonly #schema: string;
  #names = 0;

  constructor(chance: Chance, tables: readonly MadeTable[], schema: string) {
    this.#chance = chance;
    this.#tables = tables;
    this.#schema = schema;
  }

  plan(): QueryPlan {
    if (this.#chance.oneIn(6)) return this.#combined();
    if (!this.#chance.oneIn(6)) return this.#query((sources) => this.#conditions(sources));
    const query = this.#query((sources) => this.#flat(sources));
    const as = this.#name();
    const columns = query.select.flatMap(({ value, as: column }): Held[] =>
      value.kind === "period" ? [] : [{ ref: { source: as, column }, type: this.#typeOf(value, query) }],
    );
    if (columns.length === 0) return query;
    const sources: Sources = { tables: [], columns };
    return { from: { as, query }, joins: [], where: this.#conditions(sources), ...this.#clauses(sources) };
  }

  /** Combines rows of one table with others of the same. */
  #combined(): QueryPlan {
    const table = this.#chance.pick(this.#tables);
    const plain = (): InnerQuery => {
      const sources = this.#open(table);
      const select = sources.columns
        .slice(0, 3)
        .map(({ ref }, index) => ({ value: { kind: "column" as const, ...ref }, as: `c${index}` }));
      return {
        from: sources.tables[0]!.source,
        joins: [],
        where: this.#flat(sources),
        select,
        distinct: this.#chance.oneIn(3),
        groupBy: [],
        having: [],
        orderBy: [],
      };
    };
    const first = plain();
    const combine = this.#chance.some(1, 2, () => ({
      op: this.#chance.pick(["union", "intersect", "except"] as const),
      query: plain(),
    }));
    return { ...first, combine, ...(this.#chance.oneIn(2) ? this.#order(first.select.map(({ value }) => value)) : {}) };
  }

  #query<Where extends Condition>(
    where: (sources: Sources) => Where[],
    wanted?: Kind,
  ): Omit<InnerQuery, "where"> & { where: Where[] } {
    const sources = this.#open(this.#chance.pick(this.#tables));
    const joins = this.#chance.some(0, 2, () => this.#join(sources)).filter((join) => join !== undefined);
    const inexact = wanted === undefined;
    const clauses = this.#clauses(sources, wanted, inexact);
    return { from: sources.tables[0]!.source, joins, where: where(sources), ...clauses };
  }

  #open(table: MadeTable): Sources {
    const sources: Sources = { tables: [], columns: [] };
    this.#add(table, sources);
    return sources;
  }

  #add(table: MadeTable, sources: Sources): Source {
    const source = {
      as:
        this.#chance.oneIn(2) && !sources.tables.some(({ source: { as } }) => as === table.name)
          ? table.name
          : this.#name(),
      schema: this.#schema,
      table: table.name,
    };
    sources.tables.push({ source, table });
    sources.columns.push(
      ...table.columns.map(({ name, type }) => ({ ref: { source: source.as, column: name }, type })),
    );
    return source;
  }

  /** Joins a new table along a key in either direction. */
  #join(sources: Sources, from = sources): Join | undefined {
    const steps = from.tables.flatMap(({ source, table }) => [
      ...table.columns.flatMap(({ name, references }) =>
        references === undefined
          ? []
          : [
              {
                left: { source: source.as, column: name },
                table: this.#tables[references]!,
                right: this.#tables[references]!.columns[0]!.name,
              },
            ],
      ),
      ...this.#tables.flatMap((other) =>
        other.columns.flatMap(({ name, references }) =>
          references === this.#tables.indexOf(table)
            ? [{ left: { source: source.as, column: table.columns[0]!.name }, table: other, right: name }]
            : [],
        ),
      ),
    ]);
    if (steps.length === 0) return undefined;
    const { left, table, right } = this.#chance.pick(steps);
    return {
      ...this.#add(table, sources),
      on: [{ left, right }],
      ...(this.#chance.oneIn(3) ? { optional: true } : {}),
    };
  }

  #clauses(
    sources: Sources,
    wanted?: Kind,
    inexact = true,
  ): Pick<InnerQuery, "select" | "distinct" | "groupBy" | "having" | "orderBy" | "limit" | "offset"> {
    const named = (values: InnerQuery["select"][number]["value"][]) =>
      values.map((value, index) => ({
        value,
        as: value.kind === "column" && index === 0 ? value.column : this.#name().trim(),
      }));
    const none = { distinct: false, groupBy: [], having: [], orderBy: [] };
    const fitting = sources.columns.filter(({ type }) => wanted === undefined || kinds[type] === wanted);
    if (!this.#chance.oneIn(2) || fitting.length === 0) {
      // Values of one kind: a column of it if there is one, else a number, which every table has.
      const values =
        wanted === undefined
          ? this.#chance.some(1, 3, () => this.#scalar(sources))
          : [this.#column(fitting.length > 0 ? fitting : sources.columns)];
      const distinct = this.#chance.oneIn(3);
      const order = this.#chance.oneIn(2)
        ? this.#order(
            values,
            distinct || wanted !== undefined ? [] : this.#chance.some(0, 1, () => this.#scalar(sources, false)),
          )
        : {};
      return { ...none, select: named(values), distinct, ...order };
    }
    const aggregates =
      wanted === undefined
        ? this.#chance.some(1, 3, () => this.#aggregate(sources, inexact))
        : [this.#extreme(fitting)];
    const having = this.#chance.oneIn(4)
      ? [
          {
            value: this.#aggregate(sources, false, true),
            op: this.#chance.pick(comparators),
            than: this.#chance.integer(-2, 12) / 2,
          },
        ]
      : [];
    // MariaDB 10.11 confuses rows whose computed key is missing with another group, if it counts distinct values and
    // sorts by the key.
    const groupBy = this.#chance
      .some(0, 2, () => this.#scalar(sources, false))
      .filter(
        (key) =>
          key.kind !== "arithmetic" ||
          ![...aggregates, ...having.map(({ value }) => value)].some(({ distinct }) => distinct),
      );
    const values = wanted === undefined ? [...groupBy, ...aggregates] : aggregates;
    return {
      ...none,
      groupBy,
      having,
      select: named(values),
      ...(this.#chance.oneIn(2) ? this.#order(values, wanted === undefined ? groupBy : []) : {}),
    };
  }

  /** Orders by all selected values, sometimes with another term first; only such an order gets a limit. */
  #order(
    values: readonly InnerQuery["select"][number]["value"][],
    before: readonly Scalar[] = [],
  ): Pick<InnerQuery, "orderBy" | "limit" | "offset"> | object {
    if (values.some(isInexact)) return {};
    const orderBy = [...before, ...values].map((value) => ({
      value,
      direction: this.#chance.pick(["asc", "desc"] as const),
    }));
    return {
      orderBy,
      ...(this.#chance.oneIn(2) ? { limit: this.#chance.integer(1, 4) } : {}),
      ...(this.#chance.oneIn(4) ? { offset: this.#chance.integer(1, 2) } : {}),
    };
  }

  #scalar(sources: Sources, inexact = true): Scalar {
    const times = sources.columns.filter(({ type }) => kinds[type] === "time");
    const numbers = sources.columns.filter(({ type }) => kinds[type] === "number");
    const form = this.#chance.integer(0, 9);
    if (form === 0 && times.length > 0)
      return {
        kind: "part",
        unit: this.#chance.pick(["year", "quarter", "month", "day", "weekday", "hour"] as const),
        of: this.#chance.pick(times).ref,
      };
    if (form === 1 && times.length > 0)
      return {
        kind: "period",
        unit: this.#chance.pick(["quarter", "month", "week", "day"] as const),
        of: this.#chance.pick(times).ref,
      };
    if (form === 2 && numbers.length > 0) {
      const operands: [ColumnRef, ColumnRef | number] = [
        this.#chance.pick(numbers).ref,
        this.#chance.oneIn(2) ? this.#chance.pick(numbers).ref : this.#chance.integer(-3, 3),
      ];
      const [left, right] = this.#chance.oneIn(2) ? operands : operands.toReversed();
      return {
        kind: "arithmetic",
        op: this.#chance.pick(inexact ? (["+", "-", "*", "/"] as const) : (["+", "-", "*"] as const)),
        left: left!,
        right: right!,
      };
    }
    return this.#column(sources.columns);
  }

  #column = (columns: readonly Held[]) => ({ kind: "column" as const, ...this.#chance.pick(columns).ref });

  #aggregate(sources: Sources, inexact: boolean, number = false): Aggregate {
    const distinct = this.#chance.oneIn(3) ? { distinct: true } : {};
    const numbers = sources.columns.filter(({ type }) => kinds[type] === "number");
    const extremes = sources.columns.filter(({ type }) => type !== "boolean" && (!number || kinds[type] === "number"));
    const form = this.#chance.integer(0, 4);
    if (form === 0 && numbers.length > 0)
      return { kind: "aggregate", fn: "sum", of: [this.#column(numbers)], ...distinct };
    if (form === 1 && numbers.length > 0 && inexact)
      return { kind: "aggregate", fn: "avg", of: [this.#column(numbers)], ...distinct };
    if (form === 2 && extremes.length > 0) return this.#extreme(extremes);
    return {
      kind: "aggregate",
      fn: "count",
      of: this.#chance.some(0, 2, () => this.#scalar(sources, false)),
      ...distinct,
    };
  }

  #extreme(columns: readonly Held[]): Aggregate {
    const fitting = columns.filter(({ type }) => type !== "boolean");
    if (fitting.length === 0) return { kind: "aggregate", fn: "count", of: [] };
    return { kind: "aggregate", fn: this.#chance.pick(["min", "max"] as const), of: [this.#column(fitting)] };
  }

  #conditions(sources: Sources): Condition[] {
    return this.#chance
      .some(0, 2, () => {
        const { ref, type } = this.#chance.pick(sources.columns);
        const form = this.#chance.integer(0, 5);
        if (form > 1) return this.#flat(sources);
        const query = this.#query((inner) => this.#flat(inner), kinds[type]);
        // MySQL gives a period's label the session's collation, so it is not compared with text columns.
        if (query.select[0]!.value.kind === "period" || this.#typeOf(query.select[0]!.value, query) !== type)
          return this.#flat(sources);
        if (form === 0)
          return [{ kind: "member" as const, column: ref, op: this.#chance.pick(["in", "not in"] as const), query }];
        const isSingle = query.groupBy.length === 0 && query.select[0]!.value.kind === "aggregate";
        if (isSingle && query.limit !== undefined) return this.#flat(sources);
        const one = isSingle ? query : { ...query, ...this.#order([query.select[0]!.value]), limit: 1 };
        return [{ kind: "measured" as const, column: ref, op: this.#chance.pick(comparators), query: one }];
      })
      .flat();
  }

  #flat(sources: Sources): FlatCondition[] {
    const simple = (): Comparison | Pair | Related => {
      const form = this.#chance.integer(0, 5);
      return (
        (form === 0 ? this.#related(sources) : form === 1 ? this.#pair(sources) : undefined) ??
        this.#comparison(sources.columns)
      );
    };
    return this.#chance.some(0, 2, () =>
      this.#chance.oneIn(5)
        ? { kind: "either" as const, of: this.#chance.some(2, 3, () => this.#chance.some(1, 2, simple)) }
        : simple(),
    );
  }

  #pair({ columns }: Sources): Pair {
    const left = this.#chance.pick(columns);
    const right = this.#chance.pick(columns.filter(({ type }) => type === left.type));
    return { kind: "pair", left: left.ref, op: this.#chance.pick(comparators), right: right.ref };
  }

  #related(sources: Sources): Related | undefined {
    const own: Sources = { tables: [], columns: [] };
    // Inner queries must not reuse names of the outer query.
    const first = this.#join(own, sources);
    if (!first) return undefined;
    const joins = [first, ...this.#chance.some(0, 1, () => this.#join(own)).filter((join) => join !== undefined)].map(
      ({ as, schema, table, on }): Join => ({ as, schema, table, on }),
    );
    const outer = new Set(sources.tables.map(({ source }) => source.as));
    if (joins.some(({ as }) => outer.has(as))) return undefined;
    const keys = own.tables.map(({ source, table }) => ({ source: source.as, column: table.columns[0]!.name }));
    const distinct = this.#chance.oneIn(3)
      ? { distinct: this.#chance.oneIn(2) ? keys : [this.#chance.pick(own.columns).ref] }
      : {};
    return {
      kind: "related",
      joins,
      where: this.#chance.some(0, 2, () => this.#comparison(own.columns)),
      ...this.#against(own, sources),
      count: { op: this.#chance.pick(comparators), value: this.#chance.integer(0, 3), ...distinct },
    };
  }

  #against(own: Sources, outer: Sources): Pick<Related, "against"> {
    const inner = this.#chance.pick(own.columns);
    const fitting = outer.columns.filter(({ type }) => type === inner.type);
    return fitting.length > 0 && this.#chance.oneIn(3)
      ? { against: [{ inner: inner.ref, op: this.#chance.pick(comparators), outer: this.#chance.pick(fitting).ref }] }
      : {};
  }

  #comparison(columns: readonly Held[]): Comparison {
    const { ref: column, type } = this.#chance.pick(columns);
    const kind = "column" as const;
    const value = () => valueOf(type, this.#chance);
    const ignoreCase = type === "text" && this.#chance.oneIn(3) ? { ignoreCase: true } : {};
    const form = this.#chance.integer(0, 7);
    if (form === 0) return { kind, column, op: this.#chance.pick(["missing", "present"] as const) };
    if (form === 1 && type !== "boolean")
      return {
        kind,
        column,
        op: this.#chance.pick(["one of", "none of"] as const),
        values: this.#chance.some(1, 3, value),
        ...ignoreCase,
      };
    if (form <= 3 && type === "text")
      return {
        kind,
        column,
        op: this.#chance.pick(["contains", "starts with", "ends with", "lacks"] as const),
        value: String(value()),
      };
    const fraction = type === "integer" && this.#chance.oneIn(4) ? 0.5 : 0;
    const compared = value();
    return {
      kind,
      column,
      op: type === "boolean" ? this.#chance.pick(["=", "<>"] as const) : this.#chance.pick(comparators),
      value: typeof compared === "number" ? compared + fraction : compared,
      ...ignoreCase,
    };
  }

  #typeOf(value: InnerQuery["select"][number]["value"], { from, joins }: Pick<InnerQuery, "from" | "joins">): Type {
    if (value.kind === "part" || (value.kind === "aggregate" && value.fn === "count")) return "integer";
    if (value.kind === "period") return "text";
    if (value.kind === "arithmetic") return "decimal";
    if (value.kind === "aggregate")
      return value.fn === "min" || value.fn === "max" ? this.#typeOf(value.of[0]!, { from, joins }) : "decimal";
    const source = [from, ...joins].find(({ as }) => as === value.source)!;
    return this.#tables.find(({ name }) => name === source.table)!.columns.find(({ name }) => name === value.column)!
      .type;
  }

  #name = () => `${this.#chance.pick(hostile).slice(0, 20)} ${++this.#names}`;
}

/** Databases return it with different numbers of digits. */
const isInexact = (value: InnerQuery["select"][number]["value"]) =>
  value.kind === "aggregate"
    ? value.fn === "avg" || value.of.some((of) => of.kind === "arithmetic" && of.op === "/")
    : value.kind === "arithmetic" && value.op === "/";

/** Builders of plans over the sample shop. */
import type {
  Aggregate,
  ColumnRef,
  InnerQuery,
  Join,
  QueryPlan,
  Scalar,
  Source,
} from "@chatdb/question-engine/plan/plan.ts";

export const table = (name: string, as = name): Source => ({ as, schema: "public", table: name });

/** `customers.name` */
export function ref(text: string): ColumnRef {
  const [source = "", column = ""] = text.split(".");
  return { source, column };
}

export const column = (text: string) => ({ kind: "column" as const, ...ref(text) });

export const join = (name: string, right: string, left: string, rest: Partial<Join> = {}): Join => ({
  ...table(name),
  on: [{ left: ref(left), right }],
  ...rest,
});

export const aggregate = (fn: Aggregate["fn"], of: Scalar[] = [], distinct?: boolean): Aggregate => ({
  kind: "aggregate",
  fn,
  of,
  ...(distinct ? { distinct } : {}),
});

/** Fills in the empty clauses of a query. Selected values are named `a`, `b`, ... unless they are columns. */
export function query(
  from: InnerQuery["from"] | string,
  select: (string | QueryPlan["select"][number]["value"])[],
  rest: Partial<InnerQuery> = {},
): InnerQuery {
  return {
    from: typeof from === "string" ? table(from) : from,
    joins: [],
    select: select.map((value, index) =>
      typeof value === "string"
        ? { value: column(value), as: ref(value).column }
        : { value, as: value.kind === "column" ? value.column : String.fromCharCode(97 + index) },
    ),
    distinct: false,
    where: [],
    groupBy: [],
    having: [],
    orderBy: [],
    ...rest,
  };
}

export function plan(
  from: QueryPlan["from"] | string,
  select: Parameters<typeof query>[1],
  rest: Partial<QueryPlan> = {},
): QueryPlan {
  const { where = [], combine, ...clauses } = rest;
  const base = query("nothing", select, clauses as Partial<InnerQuery>);
  return { ...base, from: typeof from === "string" ? table(from) : from, where, ...(combine ? { combine } : {}) };
}

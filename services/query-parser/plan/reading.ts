import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { isDeepStrictEqual } from "node:util";
import { singular, wordsOfName } from "../language/tokens.ts";
import type { Aggregate, ColumnRef, Comparator, Comparison, Condition, Expression, InnerQuery, QueryPlan, Related, Scalar } from "./plan.ts";

type Query = Omit<QueryPlan, "combine">;

/** A plan in plain English, for a person to check what was understood. Names of columns are given as they are. */
export function readingOf({ combine = [], ...plan }: QueryPlan, schema: DatabaseSchema): string {
  if (combine.length === 0) return sentence(query(plan, schema));
  const { orderBy, limit, offset, ...first } = plan;
  const rows = combine.map(({ op, query: other }) => `${joiners[op]} ${query(other, schema)}`);
  const whole = [query({ ...first, orderBy: [] }, schema), ...rows].join(", ");
  return sentence([whole, ...order({ ...plan, orderBy, limit, offset })].join("; "));
}

const joiners = { union: "together with", intersect: "that are also among", except: "without" };

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function query(plan: Query, schema: DatabaseSchema): string {
  const root = plan.from.as;
  const conditions = plan.where.map((condition) => said(condition, root, schema));
  const having = plan.having.map(({ value, op, than }) => `${aggregate(value, root)} ${operators[op]} ${than}`);
  const from = "query" in plan.from ? ` of (${query(plan.from.query, schema)})` : "";
  return [
    subject(plan, schema) + from + (conditions.length > 0 ? ` where ${list(conditions)}` : ""),
    ...(having.length > 0 ? [`only where ${list(having)}`] : []),
    ...order(plan),
  ].join("; ");
}

function order(plan: Query): string[] {
  const sorted = chosenOrder(plan).map(({ value, direction }) => `${expression(value, plan.from.as)}${direction === "desc" ? " descending" : ""}`);
  return [
    ...(sorted.length > 0 ? [`sorted by ${sorted.join(", then by ")}`] : []),
    ...(plan.offset === undefined ? [] : [`without the first ${plan.offset === 1 ? "one" : plan.offset}`]),
    ...(plan.limit === undefined ? [] : [plan.limit === 1 ? "only the first" : `only the first ${plan.limit}`]),
  ];
}

const operators: Record<Comparator, string> = { "=": "is", "<>": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least" };

const functions = { sum: "the total", avg: "the average", min: "the lowest", max: "the highest" };

const spoken = (name: string) => wordsOfName(name).join(" ") || name;

const list = (parts: readonly string[]) => parts.join(" and ");

/** Groups come in their own order unless another is said; that need not be read out. */
function chosenOrder({ orderBy, groupBy }: Query): QueryPlan["orderBy"] {
  return orderBy.filter(({ value, direction }) => direction === "desc" || !groupBy.some((group) => isDeepStrictEqual(group, value)));
}

function subject({ select, groupBy, from, distinct }: Query, schema: DatabaseSchema): string {
  const things = spoken(from.as);
  const computed = select.flatMap(({ value }) => (value.kind === "aggregate" ? [aggregate(value, from.as)] : []));
  if (computed.length > 0) {
    const counted = select.every(({ value }) => value.kind !== "aggregate" || value.fn === "count");
    return list(computed) + (counted ? "" : ` of ${things}`) + each(groupBy, from.as);
  }
  const table = "table" in from ? schema.tables.find(({ schema: space, name }) => space === from.schema && name === from.table) : undefined;
  if (!distinct && select.length === table?.columns.length) return things;
  return `${distinct ? "the different values of " : ""}${list(select.map(({ value }) => expression(value, from.as)))}${select.every(({ value }) => value.kind === "column" && value.source === from.as) ? ` of ${things}` : ""}`;
}

/** " for each country"; the columns that tell the rows of another table apart are that table's thing: " for each category". */
function each(groupBy: readonly Scalar[], root: string): string {
  if (groupBy.length === 0) return "";
  const bySource = Map.groupBy(groupBy, (value) => (value.kind === "column" ? value.source : root));
  const things = [...bySource].flatMap(([source, values]) => (source !== root && values.length > 1 ? [singular(spoken(source))] : values.map((value) => scalar(value, root))));
  return ` for each ${list(things)}`;
}

/** The column, with the thing it belongs to where that is not the one that the query is about. */
const bare = ({ source, column }: ColumnRef, root: string) => column + (source === root ? "" : ` of the ${singular(spoken(source))}`);

const expression = (value: Expression, root: string) => (value.kind === "aggregate" ? aggregate(value, root) : scalar(value, root));

const parts = { year: "year", quarter: "quarter", month: "month", day: "day of the month", weekday: "weekday", hour: "hour" };

function scalar(value: Scalar, root: string): string {
  switch (value.kind) {
    case "column":
      return bare(value, root);
    case "part":
      return `the ${parts[value.unit]} of ${bare(value.of, root)}`;
    case "period":
      return `the ${value.unit} of ${bare(value.of, root)}`;
    case "arithmetic": {
      const [left, right] = [value.left, value.right].map((operand) => (typeof operand === "number" ? String(operand) : bare(operand, root)));
      return `${left} ${value.op} ${right}`;
    }
  }
}

function aggregate({ fn, of, distinct }: Aggregate, root: string): string {
  const [value, ...others] = of;
  if (fn !== "count") return `${functions[fn]} ${distinct ? "of different values of " : ""}${scalar(value!, root)}`;
  // The key of the rows, or several columns of it, stands for the rows.
  const key = !value || others.length > 0 || (distinct && value.kind === "column" && /(^|_)id$/.test(value.column));
  return key ? `the number of ${spoken(root)}` : `the number of ${distinct ? "different " : ""}values of ${scalar(value, root)}`;
}

function said(condition: Condition, root: string, schema: DatabaseSchema): string {
  switch (condition.kind) {
    case "column":
      return compared(condition, root);
    case "pair":
      return `${bare(condition.left, root)} ${operators[condition.op]} ${bare(condition.right, root)}`;
    case "related":
      return related(condition, root);
    case "either":
      return `either ${condition.of.map((all) => list(all.map((inner) => said(inner, root, schema)))).join(", or ")}`;
    case "measured":
      return `${bare(condition.column, root)} ${operators[condition.op]} (${inner(condition.query, schema)})`;
    case "member":
      return `${bare(condition.column, root)} is ${condition.op === "in" ? "" : "not "}among (${inner(condition.query, schema)})`;
  }
}

const inner = (plan: InnerQuery, schema: DatabaseSchema) => query(plan, schema);

function compared(comparison: Comparison, root: string): string {
  const name = bare(comparison.column, root);
  switch (comparison.op) {
    case "missing":
      return `${name} is missing`;
    case "present":
      return `${name} is not missing`;
    case "one of":
      return `${name} is ${comparison.values.map(quoted).join(" or ")}`;
    case "none of":
      return `${name} is neither ${comparison.values.map(quoted).join(" nor ")}`;
    case "lacks":
      return `${name} does not contain ${quoted(comparison.value)}`;
    case "contains":
    case "starts with":
    case "ends with":
      return `${name} ${comparison.op} ${quoted(comparison.value)}`;
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return `${name} ${operators[comparison.op]} ${quoted(comparison.value)}`;
  }
}

const quoted = (value: string | number | boolean) => (typeof value === "string" ? `"${value}"` : String(value));

function related({ joins, where, count }: Related, root: string): string {
  const things = spoken(joins.at(-1)!.as);
  const such = where.length > 0 ? ` for which ${list(where.map((comparison) => compared(comparison, joins[0]!.as)))}` : "";
  if (count.op === ">=" && count.value === 1) return `there are ${things}${such}`;
  if (count.op === "=" && count.value === 0) return `there are no ${things}${such}`;
  return `the number of ${things} of the ${singular(spoken(root))}${such} ${operators[count.op]} ${count.value}`;
}

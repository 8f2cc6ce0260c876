import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { Aggregate, ColumnRef, Comparator, Comparison, Expression, QueryPlan, Related } from "./plan.ts";
import { singular, wordsOfName } from "./tokens.ts";

/** A plan in plain English, for a person to check what was understood. Names of columns are given as they are. */
export function readingOf(plan: QueryPlan, schema: DatabaseSchema): string {
  const root = plan.from.as;
  const conditions = plan.where.map((condition) => (condition.kind === "related" ? related(condition, root) : compared(condition, root)));
  const having = plan.having.map(({ value, op, than }) => `${aggregate(value, root)} ${operators[op]} ${than}`);
  const sorted = chosenOrder(plan).map(({ value, direction }) => `${expression(value, root)}${direction === "desc" ? " descending" : ""}`);
  const parts = [
    subject(plan, schema) + (conditions.length > 0 ? ` where ${list(conditions)}` : ""),
    ...(having.length > 0 ? [`only where ${list(having)}`] : []),
    ...(sorted.length > 0 ? [`sorted by ${sorted.join(", then by ")}`] : []),
    ...(plan.limit === undefined ? [] : [plan.limit === 1 ? "only the first" : `only the first ${plan.limit}`]),
  ];
  const reading = parts.join("; ");
  return `${reading.charAt(0).toUpperCase()}${reading.slice(1)}.`;
}

const operators: Record<Comparator, string> = { "=": "is", "<>": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least" };

const functions = { sum: "the total", avg: "the average", min: "the lowest", max: "the highest" };

const spoken = (name: string) => wordsOfName(name).join(" ") || name;

const list = (parts: readonly string[]) => parts.join(" and ");

/** Groups come in their own order unless another is said; that need not be read out. */
function chosenOrder({ orderBy, groupBy }: QueryPlan): QueryPlan["orderBy"] {
  const isGroup = (value: Expression) => value.kind === "column" && groupBy.some(({ source, column }) => source === value.source && column === value.column);
  return orderBy.filter(({ value, direction }) => !isGroup(value) || direction === "desc");
}

function subject({ select, groupBy, from, distinct }: QueryPlan, schema: DatabaseSchema): string {
  const things = spoken(from.as);
  const computed = select.flatMap(({ value }) => (value.kind === "aggregate" ? [aggregate(value, from.as)] : []));
  if (computed.length > 0) {
    const counted = select.every(({ value }) => value.kind === "column" || value.fn === "count");
    return list(computed) + (counted ? "" : ` of ${things}`) + each(groupBy, from.as);
  }
  const table = schema.tables.find(({ schema: space, name }) => space === from.schema && name === from.table);
  if (!distinct && select.length === table?.columns.length) return things;
  return `${distinct ? "the different values of " : ""}${list(select.map(({ value }) => expression(value, from.as)))}${select.every(({ value }) => value.kind === "column" && value.source === from.as) ? ` of ${things}` : ""}`;
}

/** " for each country"; the columns that tell the rows of another table apart are that table's thing: " for each category". */
function each(groupBy: readonly ColumnRef[], root: string): string {
  if (groupBy.length === 0) return "";
  const bySource = Map.groupBy(groupBy, ({ source }) => source);
  const things = [...bySource].flatMap(([source, refs]) => (source !== root && refs.length > 1 ? [singular(spoken(source))] : refs.map((ref) => bare(ref, root))));
  return ` for each ${list(things)}`;
}

/** The column, with the thing it belongs to where that is not the one that the query is about. */
const bare = ({ source, column }: ColumnRef, root: string) => column + (source === root ? "" : ` of the ${singular(spoken(source))}`);

const expression = (value: Expression, root: string) => (value.kind === "column" ? bare(value, root) : aggregate(value, root));

function aggregate({ fn, of, distinct }: Aggregate, root: string): string {
  const [column, ...others] = of;
  if (fn !== "count") return `${functions[fn]} ${bare(column!, root)}`;
  // The key of the rows, or several columns of it, stands for the rows.
  const key = !column || others.length > 0 || (distinct && /(^|_)id$/.test(column.column));
  return key ? `the number of ${spoken(root)}` : `the number of different values of ${bare(column, root)}`;
}

function compared(comparison: Comparison, root: string): string {
  const name = bare(comparison.column, root);
  switch (comparison.op) {
    case "missing":
      return `${name} is missing`;
    case "present":
      return `${name} is not missing`;
    case "one of":
      return `${name} is ${comparison.values.map(said).join(" or ")}`;
    case "none of":
      return `${name} is neither ${comparison.values.map(said).join(" nor ")}`;
    case "contains":
    case "starts with":
    case "ends with":
      return `${name} ${comparison.op} ${said(comparison.value)}`;
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return `${name} ${operators[comparison.op]} ${said(comparison.value)}`;
  }
}

const said = (value: string | number | boolean) => (typeof value === "string" ? `"${value}"` : String(value));

function related({ joins, where, count }: Related, root: string): string {
  const things = spoken(joins.at(-1)!.as);
  const such = where.length > 0 ? ` for which ${list(where.map((comparison) => compared(comparison, joins[0]!.as)))}` : "";
  if (count.op === ">=" && count.value === 1) return `there are ${things}${such}`;
  if (count.op === "=" && count.value === 0) return `there are no ${things}${such}`;
  return `the number of ${things} of the ${singular(spoken(root))}${such} ${operators[count.op]} ${count.value}`;
}

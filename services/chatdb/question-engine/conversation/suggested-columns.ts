import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import type { Attribute, Filter, Predicate } from "../grammar/frame.ts";
import { canHave } from "../linking/condition-columns.ts";
import { isKey } from "../linking/labels.ts";
import type { Condition } from "../plan/plan.ts";
import { columnsIn } from "../plan/scope.ts";
import { tableOf } from "../plan/source-table.ts";
import { columnsOf, tableNamed, type Rows, type TablePlan } from "./merge-joins.ts";

interface TableColumn {
  table: Table;
  column: Column;
}

/**
 * Costs by which a condition without a column becomes likelier when the previous plan suggests the column. In a
 * question of its own such a condition is improbable.
 */
export const bonus = { number: -0.85, time: -0.3, label: -0.2, value: -0.1, count: -0.5 };

/** Lists the columns that a plan has conditions on, also on related rows. */
export function conditionColumns(plan: Rows, schema: DatabaseSchema): TableColumn[] {
  const columns = (where: readonly Condition[], rows: Pick<Rows, "from" | "joins">): TableColumn[] =>
    where.flatMap((condition) => {
      if (condition.kind === "related")
        return columns(condition.where, { from: condition.joins[0]!, joins: condition.joins });
      return columnsOf(condition).flatMap((ref) => found(ref, rows, schema));
    });
  return columns(plan.where, plan);
}

function found(
  { source, column: name }: { source: string; column: string },
  rows: Pick<Rows, "from" | "joins">,
  schema: DatabaseSchema,
): TableColumn[] {
  const table = tableNamed(rows, source, schema);
  const column = table?.columns.find((each) => each.name === name);
  return table && column ? [{ table, column }] : [];
}

/** Lists the columns that a plan sorts by or selects. */
function outputColumns(plan: TablePlan, schema: DatabaseSchema): TableColumn[] {
  return [...plan.orderBy, ...plan.select].flatMap(({ value }) =>
    columnsIn(value).flatMap((ref) => found(ref, plan, schema)),
  );
}

/**
 * Gives a condition without a column the column that the plan already uses: "over 100" after "products with a price
 * over 50", "in 2023" after "orders in 2024".
 */
export function suggestColumn(
  filter: Filter,
  plan: TablePlan,
  schema: DatabaseSchema,
): { filter: Filter; bonus: number } {
  if (
    filter.kind !== "attribute" ||
    (filter.attribute && !["number", "time", "label"].includes(filter.attribute.kind)) ||
    filter.predicate.kind === "measured"
  )
    return { filter, bonus: 0 };
  const kind = (filter.attribute?.kind ?? "value") as keyof typeof bonus;
  const suits = canHave(filter.predicate);
  const fits = ({ table, column }: TableColumn) =>
    suits({ table, column }) &&
    (kind !== "number" || (kindOf(column) === "number" && !isKey(table, column))) &&
    (kind !== "label" || isText(column, filter.predicate));
  const first =
    conditionColumns(plan, schema).find(fits) ??
    (kind === "number" ? outputColumns(plan, schema).find(fits) : undefined) ??
    (kind === "number" ? only(numbersOf(plan, schema)) : undefined);
  if (!first) return { filter, bonus: 0 };
  const { at, end, words } = filter;
  const attribute: Attribute = {
    kind: "name",
    name: { at, end, words, plural: false, columns: [{ ...first, cost: 0 }] },
  };
  return { filter: { ...filter, attribute }, bonus: bonus[kind] };
}

/** Tells whether a column can hold the texts; one with known values only if they are among these. */
const isText = (column: Column, predicate: Predicate) =>
  kindOf(column) === "text" &&
  predicate.kind === "text" &&
  (column.samples === undefined || predicate.texts.every((text) => column.samples!.includes(text)));

/** Lists the numeric columns of the plan's table, without keys. */
function numbersOf({ from }: TablePlan, schema: DatabaseSchema): TableColumn[] {
  const table = tableOf(from, schema);
  return (
    table?.columns
      .filter((column) => kindOf(column) === "number" && !isKey(table, column))
      .map((column) => ({ table, column })) ?? []
  );
}

const only = <T>(list: readonly T[]) => (list.length === 1 ? list[0] : undefined);

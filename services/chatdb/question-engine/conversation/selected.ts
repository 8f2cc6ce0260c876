import type { Measure, Order } from "../grammar/frame.ts";
import { root, wordsOfName } from "../language/tokens.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { Expression, QueryPlan } from "../plan/plan.ts";
import { columnsIn } from "../plan/scope.ts";
import { Decisions } from "../planning/decisions.ts";
import { Resolver, wordsOf } from "../planning/resolver.ts";
import { isOverTable, tableNamed } from "./merge-joins.ts";
import { isAggregate } from "./results.ts";

/** Finds the selected value that a sort request means. */
export function selectedBy(by: Order["by"], plan: QueryPlan, index: SchemaIndex): Expression | undefined {
  const measures = plan.select.filter(isAggregate);
  if (by === "result" || by === "frequency") return measures[0]?.value ?? plan.select.at(-1)?.value;
  if (by.kind === "measure") return measureLike(by, plan)?.value;
  const words = wordsOf(by).toLowerCase().split(/\s+/).map(root);
  const named = plan.select.find(({ as }) => words.every((word) => wordsOfName(as).map(root).includes(word)));
  const candidates = new Resolver(index, new Decisions()).candidates(by).sort((a, b) => a.cost - b.cost);
  const columns = plan.select.map(({ value }) =>
    columnsIn(value).map(({ source, column }) => ({
      table: isOverTable(plan) ? tableNamed(plan, source, index.schema) : undefined,
      column,
    })),
  );
  const found = candidates
    .map(({ table, column }) =>
      columns.findIndex((refs) => refs.some((ref) => ref.table === table && ref.column === column.name)),
    )
    .find((place) => place >= 0);
  return found === undefined
    ? (named?.value ??
        (words.includes(root("name")) ? plan.select.find(({ value }) => value.kind === "column")?.value : undefined))
    : plan.select[found]!.value;
}

const measureLike = ({ fn }: Measure, plan: QueryPlan) =>
  plan.select.filter(isAggregate).find(({ value }) => value.fn === fn);

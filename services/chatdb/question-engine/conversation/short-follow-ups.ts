import { directions, aggregates } from "../language/lexicon.ts";
import type { Phrases } from "../language/phrases.ts";
import type { Sentence } from "../grammar/sentence.ts";
import type { Aggregate, Condition, QueryPlan } from "../plan/plan.ts";
import { isAggregated } from "../plan/scope.ts";
import { kindOf } from "../column-kind.ts";
import { tableOf } from "../plan/source-table.ts";
import { limited, reversed, withoutConditions } from "./edits.ts";
import { columnsOf, isOverTable, tableNamed, type Rows } from "./merge-joins.ts";
import {
  countings,
  firsts,
  functions,
  listings,
  ofAllTime,
  removals,
  reversals,
  unconditional,
  unlimited,
} from "./follow-up-phrases.ts";
import { counted, isAggregate, overRowsOf, withoutLimit } from "./results.ts";

/** A plan that follows up on another one, with the improbability of this reading. */
export interface Changed {
  plan: QueryPlan;
  cost: number;
}

type Change = (sentence: Sentence, plan: QueryPlan) => (Changed | undefined)[];

/** Index of the first word; before it is the "and" that every follow-up is prefixed with. */
const start = 1;

/** Matches the whole follow-up with one of the phrases. */
function whole<T>(sentence: Sentence, phrases: Phrases<T>): { meaning: T } | undefined {
  const match = phrases.match(sentence.words, start);
  return match && start + match.length === sentence.words.length ? match : undefined;
}

const at = (plan: QueryPlan | undefined, cost = 0): Changed | undefined => plan && { plan, cost };

/** Reverses the order: "the other way round", "descending". */
const reversal: Change = (sentence, plan) => {
  const directed = whole(sentence, directions);
  const turned = {
    ...plan,
    orderBy: plan.orderBy.map(({ value }) => ({ value, direction: directed?.meaning ?? "asc" })),
  };
  const measure = plan.groupBy.length > 0 ? plan.select.find(isAggregate) : undefined;
  const byResult =
    directed && measure && plan.orderBy.length === 0
      ? { ...plan, orderBy: [{ value: measure.value, direction: directed.meaning }] }
      : undefined;
  return [
    whole(sentence, reversals) && at(reversed(plan)),
    directed && plan.orderBy.length > 0 ? at(turned) : undefined,
    at(byResult, 0.1),
  ];
};

/** Lists the rows behind a number: "who are they?". */
const listing: Change = (sentence, plan) => {
  const table = isOverTable(plan) ? tableOf(plan.from, sentence.index.schema) : undefined;
  if (!table || !whole(sentence, listings) || plan.combine || !isAggregated(plan) || plan.groupBy.length > 0) return [];
  const select = table.columns.map(({ name }) => ({
    value: { kind: "column" as const, source: plan.from.as, column: name },
    as: name,
  }));
  return [at({ ...plan, select, having: [], orderBy: [] })];
};

/** Drops the limit or the conditions: "show all". */
const all: Change = (sentence, plan) => {
  const rest = withoutLimit(plan);
  const cut = plan.limit !== undefined || plan.offset !== undefined;
  const free = () =>
    at(
      withoutConditions(rest, () => true, sentence.index.schema),
      whole(sentence, unconditional) ? 0 : cut ? 0.8 : 0.4,
    );
  return [
    whole(sentence, unlimited) && cut ? at(rest) : undefined,
    whole(sentence, unlimited) || whole(sentence, unconditional) ? free() : undefined,
  ];
};

/** Drops the conditions on a column or table: "in all countries", "regardless of the status". */
const removal: Change = (sentence, plan) => {
  const { schema } = sentence.index;
  const match = removals.match(sentence.words, start);
  const everAt = match ? start + match.length : start;
  const ever = ofAllTime.match(sentence.words, everAt);
  const isEver = ever !== undefined && everAt + ever.length === sentence.words.length;
  const without = (drops: (column: ReturnType<typeof columnsIn>[number]) => boolean, cost = 0) =>
    at(
      withoutConditions(
        plan,
        (condition, rows) => condition.kind !== "related" && columnsIn(condition, rows, sentence).some(drops),
        schema,
      ),
      cost,
    );
  const found = [isEver ? without(({ column }) => column !== undefined && kindOf(column) === "time") : undefined];
  if (!match) return found;
  const from = sentence.articles(everAt);
  for (const { end, columns } of sentence.columns(from)) {
    const named = columns.filter(({ cost }) => cost < 0.5).map(({ column }) => column);
    if (end === sentence.words.length)
      found.push(without(({ column }) => column !== undefined && named.includes(column)));
  }
  for (const { end, tables } of sentence.tables(from)) {
    const named = tables.filter(({ cost }) => cost < 0.5).map(({ table }) => table);
    if (end !== sentence.words.length) continue;
    const root = isOverTable(plan) ? tableOf(plan.from, schema) : undefined;
    found.push(
      root && named.includes(root)
        ? at(
            withoutConditions(plan, () => true, schema),
            0.1,
          )
        : without(({ table }) => table !== undefined && named.includes(table), 0.1),
    );
  }
  return found;
};

const columnsIn = (condition: Condition, rows: Pick<Rows, "from" | "joins">, { index }: Sentence) =>
  columnsOf(condition).map(({ source, column: name }) => {
    const table = tableNamed(rows, source, index.schema);
    return { table, column: table?.columns.find((each) => each.name === name) };
  });

/** Counts the rows: "how many?". */
const count: Change = (sentence, plan) => [whole(sentence, countings) && at(counted(plan, sentence.index.schema))];

/** Computes another function of the same column: "and the average?". */
const anotherFunction: Change = (sentence, plan) => {
  const fn = whole(sentence, functions)?.meaning ?? whole(sentence, aggregates)?.meaning;
  const measures = plan.select.filter(isAggregate).filter(({ value }) => value.of.length === 1 && value.fn !== "count");
  if (fn === undefined || plan.combine) return [];
  // "how many orders has each customer?" followed by "on average?" averages the counts.
  if (measures.length === 0) return [at(ofCounts(plan, fn), 0.2)];
  const swapped = plan.select.map((item) =>
    measures.includes(item as never)
      ? { value: { ...(item.value as Aggregate), fn }, as: renamedFor(item.as, fn) }
      : item,
  );
  const value = (each: QueryPlan["orderBy"][number]["value"]) =>
    each.kind === "aggregate" && each.fn !== "count" && each.of.length === 1 ? { ...each, fn } : each;
  return [
    at({ ...plan, select: swapped, orderBy: plan.orderBy.map((each) => ({ ...each, value: value(each.value) })) }),
  ];
};

function ofCounts(plan: QueryPlan, fn: Aggregate["fn"]): QueryPlan | undefined {
  const number = plan.groupBy.length > 0 ? plan.select.find(isAggregate) : undefined;
  return (
    number &&
    overRowsOf({ ...plan, orderBy: plan.limit === undefined ? [] : plan.orderBy }, [
      {
        value: { kind: "aggregate", fn, of: [{ kind: "column", source: "found", column: number.as }] },
        as: `${prefixes[fn]}_${number.as}`,
      },
    ])
  );
}

const prefixes = { sum: "total", avg: "average", min: "lowest", max: "highest", count: "number_of" };

/** Renames a result by its new function: `total_price` becomes `average_price`. */
const renamedFor = (name: string, fn: Aggregate["fn"]) =>
  `${prefixes[fn]}_${name.replace(/^(total|average|lowest|highest)_/, "")}`;

/** Keeps the first row: "only the first". */
const first: Change = (sentence, plan) => [whole(sentence, firsts) && limited(plan, 1)];

const changes: readonly Change[] = [reversal, listing, all, removal, count, anotherFunction, first];

/** Reads a follow-up as a whole phrase instead of by its parts. */
export const applyShortFollowUp = (sentence: Sentence, plan: QueryPlan): Changed[] =>
  changes.flatMap((change) => change(sentence, plan)).filter((each) => each !== undefined);

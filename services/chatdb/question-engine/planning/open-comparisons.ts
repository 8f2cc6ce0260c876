import { kindOf, type ColumnKind } from "../column-kind.ts";
import type { Days, Predicate } from "../grammar/frame.ts";
import type { TimeRelation } from "../language/lexicon.ts";
import { oppositeComparators, type Comparison, type Literal } from "../plan/plan.ts";
import type { TableColumn } from "./resolver.ts";

/** A comparison without its column. */
export type OpenComparison = Comparison extends infer C
  ? C extends Comparison
    ? Omit<C, "kind" | "column">
    : never
  : never;

const opposites: Record<OpenComparison["op"], OpenComparison["op"]> = {
  ...oppositeComparators,
  "one of": "none of",
  "none of": "one of",
  contains: "lacks",
  lacks: "contains",
  "starts with": "lacks",
  "ends with": "lacks",
  missing: "present",
  present: "missing",
};

/** The comparison that holds for exactly those present values for which this one does not. */
export const opposite = (open: OpenComparison) => ({ ...open, op: opposites[open.op] }) as OpenComparison;

/** The sampled values of a predicate that belong to the column, as the database writes them. */
export function valuesFor(predicate: Extract<Predicate, { kind: "value" }>, { column }: TableColumn): string[] {
  return [
    ...new Set(
      predicate.choices.map(
        ({ values }) => values.filter((each) => each.column === column).sort((a, b) => a.cost - b.cost)[0]!.value,
      ),
    ),
  ];
}

/** The comparisons that a predicate means for a column of its kind; all of them must hold. */
export function comparisonsFor(
  predicate: Exclude<Predicate, { kind: "measured" | "frequent" }>,
  found: TableColumn,
): OpenComparison[] {
  const { column } = found;
  const kind = kindOf(column);
  switch (predicate.kind) {
    case "number":
      return kind === "text"
        ? [{ op: predicate.op, value: String(predicate.value) }]
        : [{ op: predicate.op, value: predicate.value }];
    case "between":
      return [
        { op: ">=", value: predicate.from },
        { op: "<=", value: predicate.to },
      ];
    case "value": {
      const values = valuesFor(predicate, found);
      return values.length === 1
        ? [{ op: predicate.negated ? "<>" : "=", value: values[0]! }]
        : [{ op: predicate.negated ? "none of" : "one of", values }];
    }
    case "text":
      return textConditions(predicate, kind);
    case "truth":
      return kind === "boolean"
        ? [{ op: "=", value: predicate.value }]
        : [
            {
              op: "one of",
              values: predicate.value ? ["true", "yes", "t", "y", "1"] : ["false", "no", "f", "n", "0"],
              ignoreCase: true,
            },
          ];
    case "time":
      return kind === "time"
        ? timeConditions(predicate.relation, predicate.days)
        : yearConditions(predicate.relation, predicate.days);
    case "missing":
      return [{ op: predicate.op }];
  }
}

function textConditions({ op, texts }: Extract<Predicate, { kind: "text" }>, kind: ColumnKind): OpenComparison[] {
  if (op !== "=" && op !== "<>") return texts.map((value) => ({ op, value }));
  const values: Literal[] = kind === "number" ? texts.map(Number) : [...texts];
  const folded = kind === "text" ? { ignoreCase: true } : {};
  return values.length === 1
    ? [{ op, value: values[0]!, ...folded }]
    : [{ op: op === "=" ? "one of" : "none of", values, ...folded }];
}

function timeConditions(relation: TimeRelation, { start, end }: Days): OpenComparison[] {
  switch (relation) {
    case "within":
    case "of":
      return [
        { op: ">=", value: start },
        { op: "<", value: end },
      ];
    case "after":
      return [{ op: ">=", value: end }];
    case "from":
      return [{ op: ">=", value: start }];
    case "before":
      return [{ op: "<", value: start }];
    case "until":
    case "through":
      return [{ op: "<", value: end }];
  }
}

/** Comparisons for a year that is stored as a number. */
function yearConditions(relation: TimeRelation, { start, end }: Days): OpenComparison[] {
  const [first, next] = [Number(start.slice(0, 4)), Number(end.slice(0, 4))];
  const one = next - first <= 1;
  switch (relation) {
    case "within":
    case "of":
      return one
        ? [{ op: "=", value: first }]
        : [
            { op: ">=", value: first },
            { op: "<=", value: next - 1 },
          ];
    case "after":
      return [{ op: ">", value: next - 1 }];
    case "from":
      return [{ op: ">=", value: first }];
    case "before":
      return [{ op: "<", value: first }];
    case "until":
    case "through":
      return [{ op: "<=", value: next - 1 }];
  }
}

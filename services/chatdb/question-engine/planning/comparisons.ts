import { kindOf, type ColumnKind } from "../column-kind.ts";
import type { Days, Predicate } from "../grammar/frame.ts";
import type { TimeRelation } from "../language/lexicon.ts";
import { oppositeComparators, type Comparison, type Literal } from "../plan/plan.ts";
import type { TableColumn } from "./resolver.ts";

/** A comparison that waits for the column that it is about. */
export type Open = Comparison extends infer C ? (C extends Comparison ? Omit<C, "kind" | "column"> : never) : never;

const opposites: Record<Open["op"], Open["op"]> = {
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

/** What holds where the comparison does not, of values that are there. */
export const opposite = (open: Open) => ({ ...open, op: opposites[open.op] }) as Open;

/** Of sampled values those of the column, as they are written there. */
export function valuesFor(predicate: Extract<Predicate, { kind: "value" }>, { column }: TableColumn): string[] {
  return [
    ...new Set(
      predicate.choices.map(
        ({ values }) => values.filter((each) => each.column === column).sort((a, b) => a.cost - b.cost)[0]!.value,
      ),
    ),
  ];
}

/** What a predicate says of a column of its kind; all of it is to hold. */
export function openConditions(
  predicate: Exclude<Predicate, { kind: "measured" | "frequent" }>,
  found: TableColumn,
): Open[] {
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

function textConditions({ op, texts }: Extract<Predicate, { kind: "text" }>, kind: ColumnKind): Open[] {
  if (op !== "=" && op !== "<>") return texts.map((value) => ({ op, value }));
  const values: Literal[] = kind === "number" ? texts.map(Number) : [...texts];
  const folded = kind === "text" ? { ignoreCase: true } : {};
  return values.length === 1
    ? [{ op, value: values[0]!, ...folded }]
    : [{ op: op === "=" ? "one of" : "none of", values, ...folded }];
}

function timeConditions(relation: TimeRelation, { start, end }: Days): Open[] {
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

/** Of a year that is kept as a number. */
function yearConditions(relation: TimeRelation, { start, end }: Days): Open[] {
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

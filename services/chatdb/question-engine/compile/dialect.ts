import type { Parameter } from "@chatdb/contracts/query.ts";
import type { Scalar } from "../plan/plan.ts";
import type { Typed } from "../plan/scope.ts";

/**
 * Adds a value to the statement's parameters.
 * @returns its placeholder; call it in the order in which the placeholders appear
 */
export type Bind = (value: Parameter) => string;

type UnitOf<Kind extends Scalar["kind"]> = Extract<Scalar, { kind: Kind; unit: string }>["unit"];
export type PartUnit = UnitOf<"part">;
export type PeriodUnit = UnitOf<"period">;

export type Direction = "asc" | "desc";

/** Properties of a sort term. */
export interface SortTerm {
  /** The value can be missing. */
  nullable: boolean;
  /** The value is computed, and the rows are grouped by it. */
  grouped: boolean;
}

/** The differences between SQL databases. Arguments are SQL already. */
export interface Dialect {
  /** Quotes a name. */
  quote(name: string): string;
  /** Returns the placeholder of the parameter with this number, from 1. */
  placeholder(number: number): string;
  /** Binds a number so that it compares with numbers of any size. */
  number(value: number, bind: Bind): string;
  /** Binds a text, time or boolean for the comparison with a column. */
  literal(value: string | boolean, column: Typed, bind: Bind): string;
  /** Writes a column for the comparison with literals. */
  compared(name: string, column: Typed): string;
  /** Writes a text for the comparison without case. */
  folded(name: string): string;
  /** Writes a LIKE that ignores case, with the escape character `!`. */
  like(name: string, pattern: string, negated: boolean): string;
  part(unit: PartUnit, time: string): string;
  period(unit: PeriodUnit, time: string): string;
  /** Writes a column as an operand, wide enough that integers do not overflow. */
  operand(name: string, column: Typed): string;
  /** Writes a division that keeps fractions and gives NULL for the divisor 0. */
  quotient(left: string, right: string): string;
  /** Counts the distinct combinations of several values, without those that have a NULL. */
  countDistinct(values: readonly string[]): string;
  /** Writes a sort term that puts NULL last. */
  order(value: string, direction: Direction, about: SortTerm): string;
  limit(limit: number | undefined, offset: number | undefined, bind: Bind): string[];
}

import type { Parameter } from "@chatdb/contracts/query.ts";
import type { Scalar } from "../plan/plan.ts";
import type { Typed } from "../plan/scope.ts";

/** Makes a value a parameter of the statement. @returns its placeholder; placeholders stand in the order in which they are made */
export type Bind = (value: Parameter) => string;

type UnitOf<Kind extends Scalar["kind"]> = Extract<Scalar, { kind: Kind; unit: string }>["unit"];
export type PartUnit = UnitOf<"part">;
export type PeriodUnit = UnitOf<"period">;

export type Direction = "asc" | "desc";

/** What rows are sorted by. */
export interface Ordered {
  /** It may be missing. */
  nullable: boolean;
  /** It is computed, and the rows are grouped by it. */
  grouped: boolean;
}

/** Where databases that speak SQL differ. Values that are given are SQL already. */
export interface Dialect {
  /** A name in its quotes. */
  quote(name: string): string;
  /** The placeholder of the parameter with this number, from 1. */
  placeholder(number: number): string;
  /** A number from a plan, as a parameter that is compared as a number of any size. */
  number(value: number, bind: Bind): string;
  /** A text, time or truth to compare a column with. */
  literal(value: string | boolean, column: Typed, bind: Bind): string;
  /** A column as it is compared with literals. */
  compared(name: string, column: Typed): string;
  /** A text without its case. */
  folded(name: string): string;
  /** Whether a text is like a pattern with the escape character `!`, whatever the case. */
  like(name: string, pattern: string, negated: boolean): string;
  part(unit: PartUnit, time: string): string;
  period(unit: PeriodUnit, time: string): string;
  /** A column to compute with, such that integers do not overflow. */
  operand(name: string, column: Typed): string;
  /** A fraction, never cut to an integer; missing where it would be a division by zero. */
  quotient(left: string, right: string): string;
  /** How many different values there are of several together, none of them missing. */
  countDistinct(values: readonly string[]): string;
  /** A term of an order with missing values last. */
  order(value: string, direction: Direction, about: Ordered): string;
  limit(limit: number | undefined, offset: number | undefined, bind: Bind): string[];
}

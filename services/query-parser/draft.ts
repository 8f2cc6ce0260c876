/** What the grammar noted about a question, before it is known which of several tables and columns is meant. */
import type { Direction, TimeRelation } from "./lexicon.ts";
import type { Aggregate, Comparator } from "./plan/plan.ts";
import type { ColumnMatch, TableMatch, ValueMatch } from "./schema-index.ts";

/** Words that name a table, a column, or either. */
export interface Name {
  words: string;
  /** The token it starts at. */
  at: number;
  plural: boolean;
  tables: TableMatch[];
  columns: ColumnMatch[];
  /** The table said right before a column of it. */
  qualifier?: Name;
}

/** A way to point at a column without saying which: by its name, or by what kind it is. */
export type Attribute =
  | { kind: "name"; name: Name }
  | { kind: "nouns"; nouns: readonly string[]; words: string; at: number }
  | { kind: "time" | "number" | "label"; words: string; at: number };

/** What is computed over rows: their number, or a function of one attribute. */
export interface Measure {
  fn: Aggregate["fn"];
  of: Name | Attribute;
  distinct: boolean;
  /** Words before it say which rows it is about, as in "number of shipped orders". */
  narrowed?: boolean;
}

/** A day, month or year, as ISO dates: from the first day to the one before `end`. */
export interface Days {
  unit: "day" | "month" | "year";
  start: string;
  end: string;
}

export type Filter = { words: string; at: number } & (
  | { kind: "number"; attribute: Attribute; op: Comparator; value: number }
  | { kind: "between"; attribute: Attribute; from: number; to: number }
  | { kind: "value"; attribute?: Attribute; choices: ValueMatch[][]; negated: boolean }
  | { kind: "text"; attribute: Attribute; op: "=" | "<>" | "contains" | "starts with" | "ends with"; text: string }
  | { kind: "truth"; attribute: Attribute; value: boolean }
  | { kind: "time"; attribute: Attribute; relation: TimeRelation; days: Days }
  | { kind: "missing"; attribute: Attribute; op: "missing" | "present" }
  | { kind: "related"; table: Name; op: Comparator; value: number }
);

export interface Order {
  /** "result" stands for what the question computes. */
  by: Attribute | Measure | "result";
  direction: Direction;
}

export interface Draft {
  measures: Measure[];
  /** The table that the question is about: the first that is named outside of measures and groups. */
  head?: Name;
  /** Tables named after it. */
  others: Name[];
  projections: Name[];
  distinct: boolean;
  filters: Filter[];
  groups: Name[];
  orders: Order[];
  limit?: number;
  /** "top" or "bottom" was said; some words have to say by what. */
  rank?: "top" | "bottom";
  /** A superlative whose noun is in the singular: one row is asked for. */
  single: boolean;
}

export const emptyDraft = (): Draft => ({
  measures: [],
  others: [],
  projections: [],
  distinct: false,
  filters: [],
  groups: [],
  orders: [],
  single: false,
});

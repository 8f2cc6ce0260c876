/** What was read in a question, before it is known which of several tables and columns is meant. */
import type { Direction, TimeRelation } from "../language/lexicon.ts";
import type { ColumnCandidate, TableCandidate } from "../linking/name-index.ts";
import type { ValueCandidate } from "../linking/value-index.ts";
import type { Aggregate, Comparator } from "../plan/plan.ts";

/** Words of the question, from token `at` up to but not including token `end`. */
export interface Mention {
  at: number;
  end: number;
  words: string;
  plural: boolean;
}

export interface TableMention extends Mention {
  tables: readonly TableCandidate[];
}

export interface ColumnMention extends Mention {
  columns: readonly ColumnCandidate[];
  /** The thing whose column it is: "student name", "name of the student". */
  of?: TableMention;
}

export interface ValueMention extends Mention {
  values: readonly ValueCandidate[];
}

/** A way to point at a column: by its name, or by what kind it is. */
export type Attribute =
  | { kind: "name"; name: ColumnMention }
  | { kind: "nouns"; nouns: readonly string[]; words: string; at: number }
  | { kind: "time" | "number"; words: string; at: number }
  /** `object` is what a verb is about: not the thing that does it, nor the one that it is done to. */
  | { kind: "label"; words: string; at: number; object?: boolean };

/** What is computed over rows: their number, or a function of an attribute. */
export interface Measure {
  kind: "measure";
  at: number;
  end: number;
  fn: Aggregate["fn"];
  /** Undefined: rows of what the question is about. */
  of?: { kind: "rows"; table: TableMention } | { kind: "revenue"; words: string } | Attribute;
  distinct: boolean;
}

/** What the question shows. `everything` is all columns. */
export type Item = { kind: "attribute"; attribute: Attribute } | Measure | { kind: "everything" };

/** What results are computed for: each value of an attribute, or each row of a table. */
export type Key =
  | { kind: "attribute"; attribute: Attribute }
  | { kind: "rows"; table: TableMention }
  | { kind: "period"; unit: "year" | "quarter" | "month" | "week" | "day"; at: number };

/** A day, month, quarter or year, as ISO dates: from the first day to the one before `end`. */
export interface Days {
  start: string;
  end: string;
}

/** Of values, `both` says that all are to be found, `explicit` that the word "both" was said. */
export type Predicate =
  | { kind: "number"; op: Comparator; value: number }
  | { kind: "between"; from: number; to: number }
  | { kind: "value"; choices: readonly ValueMention[]; negated: boolean; both: boolean; explicit: boolean }
  | { kind: "text"; op: "=" | "<>" | "contains" | "starts with" | "ends with" | "lacks"; texts: readonly string[] }
  | { kind: "truth"; value: boolean }
  | { kind: "time"; relation: TimeRelation; days: Days }
  | { kind: "missing"; op: "missing" | "present" }
  /** Its value is the one that is met most often, or least. */
  | { kind: "frequent"; direction: Direction }
  | {
      kind: "measured";
      op: Comparator;
      fn: Aggregate["fn"];
      of?: Attribute;
      within?: Extract<Predicate, { kind: "value" }>;
    };

export type Filter = {
  at: number;
  end: number;
  /** It must not hold. */
  denied: boolean;
  words: string;
  /** It, rather than the one before it, may hold. */
  or: boolean;
} /** `of` is the thing that it is said of, where it was named with it: "shipped orders". */ & (
  | { kind: "attribute"; attribute?: Attribute; predicate: Predicate; of?: TableMention }
  | { kind: "related"; table: TableMention; op: Comparator; value: number }
  /** Of what is computed for each thing. */
  | { kind: "having"; measure: Measure; op: Comparator; value: number }
);

export interface Order {
  /** Where it was said. */
  at: number;
  /** "result" stands for what the question computes, "frequency" for how often there is what it shows. */
  by: Attribute | Measure | "result" | "frequency";
  direction: Direction;
  /** It picks the first rather than sorting: "the cheapest". */
  picks: boolean;
}

export interface Frame {
  show: readonly Item[];
  /** Tables that were named, the one that the question is about first. */
  topics: readonly TableMention[];
  filters: readonly Filter[];
  groups: readonly Key[];
  orders: readonly Order[];
  limit?: number;
  /** 2 for "the second largest". */
  nth?: number;
  /** "top" or "bottom" was said. */
  rank?: "top" | "bottom";
  distinct: boolean;
  /** It began with "which" or "who": the answer is what things are called. */
  asks: boolean;
  /** Whether what is named next is to be shown, or is part of a condition. */
  mode: "show" | "condition";
  /** "or" was said: what follows may hold instead. */
  or: boolean;
  /** It began with "sort": "by" says by what. */
  sorts: boolean;
  /** What follows is denied: "students who do not ...". */
  denied: boolean;
}

export const emptyFrame: Frame = {
  show: [],
  topics: [],
  filters: [],
  groups: [],
  orders: [],
  distinct: false,
  asks: false,
  or: false,
  sorts: false,
  mode: "show",
  denied: false,
};

/** A reading of a question. */
export interface Reading {
  frame: Frame;
  /** How far-fetched it is: 0 where every word was understood as what it names. */
  cost: number;
  /** Words that were passed over, in order. */
  unread: readonly string[];
}

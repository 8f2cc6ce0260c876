/** The frame of a question: its parts as read, before names are resolved to tables and columns. */
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
  /** The table mentioned with it: "student name", "name of the student". */
  of?: TableMention;
}

export interface ValueMention extends Mention {
  values: readonly ValueCandidate[];
}

/** A reference to a column: by its name, by nouns, or by its kind. */
export type Attribute =
  | { kind: "name"; name: ColumnMention }
  | { kind: "nouns"; nouns: readonly string[]; words: string; at: number }
  | { kind: "time" | "number"; words: string; at: number }
  /** The label of a row. `object` marks the grammatical object of a verb, so the label is not the subject's. */
  | { kind: "label"; words: string; at: number; object?: boolean };

/** An aggregate: the number of rows, or a function of an attribute. */
export interface Measure {
  kind: "measure";
  at: number;
  end: number;
  fn: Aggregate["fn"];
  /** Default: rows of the root. */
  of?: { kind: "rows"; table: TableMention } | { kind: "revenue"; words: string } | Attribute;
  distinct: boolean;
}

/** A part of the result. `everything` means all columns. */
export type Item = { kind: "attribute"; attribute: Attribute } | Measure | { kind: "everything" };

/** A group: each value of an attribute, each row of a table, or each period. */
export type Key =
  | { kind: "attribute"; attribute: Attribute }
  | { kind: "rows"; table: TableMention }
  | { kind: "period"; unit: "year" | "quarter" | "month" | "week" | "day"; at: number };

/** A period as ISO dates. `start` is included, `end` is not. */
export interface Days {
  start: string;
  end: string;
}

/** A condition on a value. `both` requires all choices; `explicit` means that the question has the word "both". */
export type Predicate =
  | { kind: "number"; op: Comparator; value: number }
  | { kind: "between"; from: number; to: number }
  | { kind: "value"; choices: readonly ValueMention[]; negated: boolean; both: boolean; explicit: boolean }
  | { kind: "text"; op: "=" | "<>" | "contains" | "starts with" | "ends with" | "lacks"; texts: readonly string[] }
  | { kind: "truth"; value: boolean }
  | { kind: "time"; relation: TimeRelation; days: Days }
  | { kind: "missing"; op: "missing" | "present" }
  /** The value is the most frequent one, or the least frequent. */
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
  /** Whether the condition is negated. */
  denied: boolean;
  words: string;
  /** Whether it is an alternative to the condition before it. */
  or: boolean;
} /** `of` is the table named together with the predicate: "shipped orders". */ & (
  | { kind: "attribute"; attribute?: Attribute; predicate: Predicate; of?: TableMention }
  | { kind: "related"; table: TableMention; op: Comparator; value: number }
  /** A condition on an aggregate of each group. */
  | { kind: "having"; measure: Measure; op: Comparator; value: number }
);

export interface Order {
  /** Position in the question. */
  at: number;
  /** "result" means the computed value, "frequency" the number of rows with the shown value. */
  by: Attribute | Measure | "result" | "frequency";
  direction: Direction;
  /** Whether it picks the first row rather than sorting: "the cheapest". */
  picks: boolean;
}

export interface Frame {
  show: readonly Item[];
  /** The tables named in the question, the one that it is about first. */
  topics: readonly TableMention[];
  filters: readonly Filter[];
  groups: readonly Key[];
  orders: readonly Order[];
  limit?: number;
  /** 2 for "the second largest". */
  nth?: number;
  /** Set if the question has "top" or "bottom". */
  rank?: "top" | "bottom";
  distinct: boolean;
  /** Whether it begins with "which" or "who", so the answer shows labels. */
  asks: boolean;
  /** Whether the next name is shown or is part of a condition. */
  mode: "show" | "condition";
  /** Whether the next condition is an alternative, after "or". */
  or: boolean;
  /** Whether it begins with "sort", so "by" names the sort key. */
  sorts: boolean;
  /** Whether the next condition is negated: "students who do not ...". */
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
  /** How implausible it is; 0 if every word was used as what it names. */
  cost: number;
  /** Words that were skipped, in order. */
  unread: readonly string[];
}

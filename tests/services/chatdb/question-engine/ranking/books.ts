import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { emptyFrame } from "../../../../../services/chatdb/question-engine/grammar/frame.ts";
import { Sentence } from "../../../../../services/chatdb/question-engine/grammar/sentence.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import {
  featureNames,
  featuresOf,
  type Found,
} from "../../../../../services/chatdb/question-engine/ranking/features.ts";
import { QuestionWords } from "../../../../../services/chatdb/question-engine/ranking/question-words.ts";

const column = (name: string, type = "text", samples?: string[]): Column => ({
  name,
  type,
  nullable: false,
  ...(samples && { samples }),
});
const table = (name: string, columns: Column[], foreignKeys: Table["foreignKeys"] = []): Table => ({
  schema: "public",
  name,
  kind: "table",
  columns,
  primaryKey: ["id"],
  foreignKeys,
  rowEstimate: 50,
});

const schema: DatabaseSchema = {
  datasource: "library",
  dialect: "postgresql",
  at: "2026-01-01T00:00:00Z",
  tables: [
    table("authors", [column("id", "integer"), column("name"), column("country", "text", ["Ghana", "Peru"])]),
    table(
      "books",
      [column("id", "integer"), column("title"), column("pages", "integer"), column("author_id", "integer")],
      [{ columns: ["author_id"], schema: "public", table: "authors", references: ["id"] }],
    ),
  ],
};

/** Two tables: authors, and the books that they wrote. */
export const books = new SchemaIndex(schema);

const from = (name: string) => ({ as: name, schema: "public", table: name });
const shown = (source: string, name: string) => ({
  value: { kind: "column" as const, source, column: name },
  as: name,
});

/** The titles of all books. */
export const titles: QueryPlan = {
  from: from("books"),
  joins: [],
  select: [shown("books", "title")],
  distinct: false,
  where: [],
  groupBy: [],
  having: [],
  orderBy: [],
};

/** The titles of books by authors from a country. */
export const titlesFrom = (country: string): QueryPlan => ({
  ...titles,
  joins: [{ ...from("authors"), on: [{ left: { source: "books", column: "author_id" }, right: "id" }] }],
  where: [{ kind: "column", column: { source: "authors", column: "country" }, op: "=", value: country }],
});

/** The title of the book with the most pages. */
export const longest: QueryPlan = {
  ...titles,
  orderBy: [{ value: { kind: "column", source: "books", column: "pages" }, direction: "desc" }],
  limit: 1,
};

export const found = (plan: QueryPlan, how: Partial<Found> = {}): Found => ({
  plan,
  frame: emptyFrame,
  reading: 0,
  further: 0,
  naming: 0,
  surprise: 0,
  unread: [],
  decisions: [],
  ...how,
});

/** Features by their names, of each of the plans for a question. */
export function featuresFor(question: string, ...plans: Found[]): Record<string, number>[] {
  const said = new QuestionWords(new Sentence(question, books, new Date()));
  return featuresOf(said, plans).map((values) =>
    Object.fromEntries(featureNames.map((name, place) => [name, values[place]!])),
  );
}

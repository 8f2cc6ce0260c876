import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { singular, wordsOfName } from "@chatdb/question-engine/language.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";

/** The maximum length of the schema in characters, since models read and charge by length. */
const maxChars = 40_000;

const maxSamples = 12;
/** Longer values and comments add cost and little information. */
const maxSampleChars = 60;
const maxCommentChars = 200;

export interface SchemaTextOptions {
  question: string;
  /** Plans whose tables come first. */
  plans: readonly QueryPlan[];
  /** Whether the text includes sampled values. */
  samples: boolean;
}

/**
 * Writes the schema for the prompt: a line for each table, column and key; everything from the database is a JSON
 * string. If the schema is too large, it leaves out first the samples, then the tables that are least related to the
 * question.
 */
export function schemaText(index: SchemaIndex, { question, plans, samples }: SchemaTextOptions): string {
  const { tables } = index.schema;
  const lowered = question.toLowerCase();
  if (samples) {
    const full = tables.map((table) => tableText(table, lowered)).join("\n");
    if (full.length <= maxChars) return full;
  }
  const texts = byRelevance(index, question, plans).map((table) => tableText(table));
  let remaining = maxChars;
  return texts.filter((text) => (remaining -= text.length + 1) >= 0).join("\n");
}

function tableText({ schema, name, comment, columns, primaryKey, foreignKeys }: Table, question?: string): string {
  const keys = foreignKeys.map(
    (key) => `  key ${list(key.columns)} of ${quoted(key.schema)}.${quoted(key.table)} ${list(key.references)}`,
  );
  const lines = columns.map((column) => columnText(column, primaryKey.includes(column.name), question));
  return [`table ${quoted(schema)}.${quoted(name)}${commentText(comment)}`, ...lines, ...keys].join("\n");
}

function columnText(
  { name, type, nullable, comment, samples }: Column,
  primary: boolean,
  question: string | undefined,
): string {
  const values = question === undefined ? [] : likeliest(samples ?? [], question);
  const shown =
    values.length > 0 ? ` values ${list(values)}${values.length < samples!.length ? " and others" : ""}` : "";
  return `  ${quoted(name)} ${quoted(type)}${primary ? " primary" : ""}${nullable ? "" : " always present"}${commentText(comment)}${shown}`;
}

/** Puts the samples that occur in the question first. */
function likeliest(samples: readonly string[], question: string): string[] {
  const short = samples.filter((sample) => sample.length <= maxSampleChars);
  const mentioned = short.filter((sample) => question.includes(sample.toLowerCase()));
  return [...new Set([...mentioned, ...short])].slice(0, maxSamples);
}

const quoted = (text: string) => JSON.stringify(text);
const list = (texts: readonly string[]) => JSON.stringify(texts);
const commentText = (comment: string | undefined) =>
  comment ? ` comment ${quoted(comment.slice(0, maxCommentChars))}` : "";

/** Sorts the tables: first those in the plans, then those that the question names, then the rest. */
function byRelevance(index: SchemaIndex, question: string, plans: readonly QueryPlan[]): Table[] {
  const named = wordsOfName(question).flatMap((word) => {
    const found = index.names.find([singular(word)]);
    return found ? [...found.tables, ...found.columns] : [];
  });
  const closest = [...named].sort((one, other) => one.cost - other.cost).map(({ table }) => table);
  return [...new Set([...tablesOf(plans, index.schema), ...closest, ...index.schema.tables])];
}

function tablesOf(plans: readonly QueryPlan[], { tables }: DatabaseSchema): Table[] {
  const text = JSON.stringify(plans);
  return tables.filter(({ name }) => text.includes(`"table":${quoted(name)}`));
}

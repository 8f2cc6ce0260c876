import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { singular, wordsOfName } from "@chatdb/question-engine/language.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";

/** What a model can be expected to read and a person to pay for, in characters. */
const maxChars = 40_000;

const maxSamples = 12;
/** Longer values and comments tell little and cost much. */
const maxSampleChars = 60;
const maxCommentChars = 200;

export interface SchemaTextOptions {
  question: string;
  /** Plans whose tables matter. */
  plans: readonly QueryPlan[];
  /** Whether sampled values are shown. */
  samples: boolean;
}

/**
 * A schema for a model: a line for each table, column and key, in which all that comes from the database is a JSON string.
 * Of one that is too large, first the samples are left out, then the tables that the question is the furthest from.
 */
export function schemaText(index: SchemaIndex, { question, plans, samples }: SchemaTextOptions): string {
  const { tables } = index.schema;
  const asked = question.toLowerCase();
  if (samples) {
    const full = tables.map((table) => tableText(table, asked)).join("\n");
    if (full.length <= maxChars) return full;
  }
  const texts = byRelevance(index, question, plans).map((table) => tableText(table));
  let room = maxChars;
  return texts.filter((text) => (room -= text.length + 1) >= 0).join("\n");
}

function tableText({ schema, name, comment, columns, primaryKey, foreignKeys }: Table, asked?: string): string {
  const keys = foreignKeys.map(
    (key) => `  key ${list(key.columns)} of ${quoted(key.schema)}.${quoted(key.table)} ${list(key.references)}`,
  );
  const lines = columns.map((column) => columnText(column, primaryKey.includes(column.name), asked));
  return [`table ${quoted(schema)}.${quoted(name)}${said(comment)}`, ...lines, ...keys].join("\n");
}

function columnText(
  { name, type, nullable, comment, samples }: Column,
  primary: boolean,
  asked: string | undefined,
): string {
  const values = asked === undefined ? [] : likeliest(samples ?? [], asked);
  const shown =
    values.length > 0 ? ` values ${list(values)}${values.length < samples!.length ? " and others" : ""}` : "";
  return `  ${quoted(name)} ${quoted(type)}${primary ? " primary" : ""}${nullable ? "" : " always present"}${said(comment)}${shown}`;
}

/** Those that the question has in it before the others. */
function likeliest(samples: readonly string[], asked: string): string[] {
  const short = samples.filter((sample) => sample.length <= maxSampleChars);
  const mentioned = short.filter((sample) => asked.includes(sample.toLowerCase()));
  return [...new Set([...mentioned, ...short])].slice(0, maxSamples);
}

const quoted = (text: string) => JSON.stringify(text);
const list = (texts: readonly string[]) => JSON.stringify(texts);
const said = (comment: string | undefined) => (comment ? ` comment ${quoted(comment.slice(0, maxCommentChars))}` : "");

/** Tables that plans speak of, then those that words of the question name, then all others. */
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

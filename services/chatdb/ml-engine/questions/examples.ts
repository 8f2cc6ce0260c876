import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { queryFeedback } from "@chatdb/contracts/feedback.ts";
import { parseRequest, pipelineStatement, plan, sqlStatement, type Statement } from "@chatdb/contracts/query.ts";
import { readFollowUp } from "@chatdb/question-engine/language.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { planFrom } from "@chatdb/question-engine/parse.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import { z } from "zod";
import { JobError } from "../training/job-error.ts";
import { ProblemList } from "../training/problem-list.ts";

/** What is known about a question's meaning: the right plan, a query with the same rows, or a wrong plan. */
export type Known = { kind: "plan" | "not"; plan: QueryPlan } | { kind: "statement"; statement: Statement };

/** A question and its meaning. */
export interface Example {
  /** Line number in the file, from 1. */
  line: number;
  question: string;
  /** The date that "today" meant when it was asked. */
  at: Date;
  known: Known;
}

export interface Examples {
  examples: Example[];
  /** Number of verdicts that were given under another schema. */
  outdated: number;
  /** Number of verdicts on follow-up questions, whose context is unknown here. */
  followUps: number;
  /** SHA-256 of the file's bytes. */
  sha256: string;
}

const asked = { question: parseRequest.shape.query, at: z.iso.datetime().optional() };

/** A line of a file: a question with the plan or query that answers it, or a verdict on an answer. */
const given = z.union(
  [
    z.strictObject({ ...asked, plan }),
    z.strictObject({ ...asked, ...sqlStatement.shape }),
    z.strictObject({ ...asked, ...pipelineStatement.shape }),
    queryFeedback,
  ],
  {
    error:
      'expected {"question": ..., "plan": {...}}, {"question": ..., "sql": "..."}, {"question": ..., "collection": ..., "pipeline": [...]} or feedback as it is stored',
  },
);
type Given = z.infer<typeof given>;

/**
 * Reads examples, one as JSON on each line. Of several things said about the answer to one question, the last counts.
 * @param now for examples that do not say when they were asked
 * @throws JobError that names each line that cannot be used, with the reason
 */
export async function readExamples(file: Readable, index: SchemaIndex, now: Date): Promise<Examples> {
  const hash = createHash("sha256");
  file.on("data", (chunk: Buffer) => hash.update(chunk));
  const problems = new ProblemList();
  const examples = new Map<string, Example>();
  let outdated = 0;
  let followUps = 0;
  let line = 0;
  for await (const text of lines(file)) {
    line++;
    if (text.trim() === "") continue;
    try {
      const read = given.parse(JSON.parse(text));
      const example = {
        line,
        question: "query" in read ? read.query : read.question,
        at: read.at === undefined ? now : new Date(read.at),
        known: knownOf(read, index),
      };
      if ("verdict" in read && readFollowUp(example.question).refers) {
        followUps++;
        continue;
      }
      const key = JSON.stringify([
        example.question.toLowerCase(),
        example.known.kind === "not" ? example.known.plan : "",
      ]);
      // Later verdicts stand later in the file.
      examples.delete(key);
      examples.set(key, example);
    } catch (error) {
      if (error instanceof Refusal && text.includes('"verdict"')) outdated++;
      else problems.add(`line ${line}: ${reasonOf(error)}`);
    }
  }
  problems.throwIfAny("The examples have lines that cannot be used.");
  return { examples: [...examples.values()], outdated, followUps, sha256: hash.digest("hex") };
}

/** Ends with the stream's error if the stream breaks. */
async function* lines(file: Readable): AsyncGenerator<string> {
  const reader = createInterface({ input: file, crlfDelay: Infinity });
  const broken = new Promise<never>((_, reject) => file.once("error", reject));
  broken.catch(() => reader.close());
  yield* reader;
  if (file.errored) throw file.errored;
}

/** @throws Refusal if a plan does not fit the schema */
function knownOf(read: Given, index: SchemaIndex): Known {
  if ("verdict" in read) {
    if (read.verdict === "wrong") return { kind: "not", plan: planFrom(read.plan, index) };
    return { kind: "plan", plan: planFrom(read.correction ?? read.plan, index) };
  }
  if ("plan" in read) return { kind: "plan", plan: planFrom(read.plan, index) };
  return {
    kind: "statement",
    statement:
      "sql" in read ? { sql: read.sql, params: read.params } : { collection: read.collection, pipeline: read.pipeline },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": ")).join("; ");
  if (error instanceof SyntaxError) return `not JSON: ${error.message}`;
  if (error instanceof Refusal || error instanceof JobError) return error.message;
  throw error;
}

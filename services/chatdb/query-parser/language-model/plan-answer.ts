import { z } from "zod";
import { planFrom } from "@chatdb/question-engine/parse.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";

/** The model's answer: a plan, or null if the question has none. */
const answer = z.object({ plan: queryPlan.nullable() });

/**
 * The answer's JSON schema. It uses `anyOf`, because servers with constrained decoding support it better than `oneOf`;
 * the options exclude each other anyway.
 */
export const answerSchema = z.toJSONSchema(answer, {
  reused: "ref",
  override: ({ jsonSchema }) => {
    if (jsonSchema.oneOf === undefined) return;
    jsonSchema.anyOf = jsonSchema.oneOf;
    delete jsonSchema.oneOf;
  },
});

/** The result of reading an answer: a plan that fits the schema, none because the question has none, or a problem. */
export type PlanAnswer = { plan: QueryPlan | undefined } | { problem: string };

/**
 * Parses a model's answer: JSON, possibly after its reasoning or inside a code fence; `null` stands for an absent
 * field.
 */
export function readAnswer(text: string, index: SchemaIndex): PlanAnswer {
  const json = text.replace(/^\s*<think>.*?<\/think>/s, "");
  const given = jsonOf(json.slice(json.indexOf("{"), json.lastIndexOf("}") + 1));
  if (given === undefined)
    return text.trim() === "" ? { plan: undefined } : { problem: "The answer is not one JSON object." };
  const plan = "select" in given ? given : given["plan"];
  if (plan === null) return { plan: undefined };
  if (plan === undefined) return { problem: 'The answer has no "plan".' };
  try {
    return { plan: planFrom(plan, index) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problem: error.message };
  }
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text, withoutNulls);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Drops nulls, which models write for optional fields, since plans contain none. */
const withoutNulls = (key: string, value: unknown) => (value === null && key !== "plan" ? undefined : value);

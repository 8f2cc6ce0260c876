import { z } from "zod";
import { planFrom } from "@chatdb/question-engine/parse.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";

/** What a model answers with: a plan, or null where the question has none. */
const answer = z.object({ plan: queryPlan.nullable() });

/** The same as a JSON schema. Servers that decode by one know `anyOf` better than `oneOf`, which means the same here: the options exclude each other. */
export const answerSchema = z.toJSONSchema(answer, {
  reused: "ref",
  override: ({ jsonSchema }) => {
    if (jsonSchema.oneOf === undefined) return;
    jsonSchema.anyOf = jsonSchema.oneOf;
    delete jsonSchema.oneOf;
  },
});

/** What became of an answer: a plan that fits the schema, none because there is none, or what is wrong with it. */
export type PlanAnswer = { plan: QueryPlan | undefined } | { problem: string };

/** Reads a model's answer: JSON, maybe with its reasoning before it or a fence around it, `null` standing for what is left out. */
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

/** A plan has no nulls inside: a model that writes every field writes them for those that it would leave out. */
const withoutNulls = (key: string, value: unknown) => (value === null && key !== "plan" ? undefined : value);

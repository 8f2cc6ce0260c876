import { text } from "node:stream/consumers";
import { clarification, type Clarification } from "@chatdb/contracts/answer.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { Answer } from "@platform/kit/http/http-client.ts";
import { isProblem, type Problem } from "@platform/kit/problem.ts";
import { receivedProblem } from "@platform/kit/http/received-problem.ts";

/** The problem that an answer of the gateway holds. */
export async function problemOf(answer: Answer): Promise<Problem> {
  return receivedProblem(answer, await text(answer.body), "The gateway");
}

/**
 * The readings and hints that come with a question that was not understood surely enough; undefined for other errors.
 */
export function clarificationOf(error: unknown): Clarification | undefined {
  const { clarificationNeeded, questionNotUnderstood } = chatdbProblems;
  return isProblem(error, clarificationNeeded, questionNotUnderstood)
    ? clarification.safeParse(error.extra).data
    : undefined;
}

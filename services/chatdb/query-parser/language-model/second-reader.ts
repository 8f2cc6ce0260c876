import type { Interpretation } from "@chatdb/contracts/query.ts";
import { maxAlternatives, toParsed, clarificationOf, type Parsed } from "@chatdb/question-engine/parse.ts";
import { readingOf } from "@chatdb/question-engine/plan/reading.ts";
import type { Refusal } from "@chatdb/question-engine/refusal.ts";
import type { LanguageModel } from "./language-model.ts";
import type { PromptInput } from "./prompt.ts";

/**
 * The confidence of a model's reading that the engine did not find: high enough to be answered, barely above the
 * threshold. It is an assumption, since models differ.
 */
const modelConfidence = 0.75;

/**
 * Asks a language model about a question that the engine is not sure of.
 * @param refused the engine's refusal
 * @throws Refusal the engine's own if the model has no plan, or one that offers the model's reading first in
 * suggest-only mode
 */
export async function readByModel(
  model: LanguageModel,
  input: Omit<PromptInput, "guesses">,
  refused: Refusal,
  clientGone: AbortSignal,
): Promise<Parsed> {
  const { index } = input;
  const guesses = refused.alternatives;
  const plan = await model.planFor({ ...input, guesses }, clientGone);
  if (!plan) throw refused;
  const reading = readingOf(plan, index.schema);
  const same = guesses.find((guess) => guess.reading === reading);
  // If both readers agree, the answer is wrong only if both are wrong independently.
  const confidence = 1 - (1 - modelConfidence) * (1 - (same?.confidence ?? 0));
  const read: Interpretation = { plan, reading, confidence, read_by: same ? "both" : "model" };
  const others = guesses.filter((guess) => guess !== same);
  if (model.suggestOnly) throw clarificationOf([read, ...others].slice(0, maxAlternatives), refused.words, index);
  return toParsed(plan, index, { confidence, read_by: read.read_by, alternatives: others });
}

import type { Interpretation } from "@chatdb/contracts/query.ts";
import { maxAlternatives, toParsed, clarificationOf, type Parsed } from "@chatdb/question-engine/parse.ts";
import { readingOf } from "@chatdb/question-engine/plan/reading.ts";
import type { Refusal } from "@chatdb/question-engine/refusal.ts";
import type { LanguageModel } from "./language-model.ts";
import type { Asked } from "./prompt.ts";

/**
 * How sure a model's reading is that the engine did not come to: enough to be answered, and marked as hardly more than that.
 * Assumed, not measured: models differ.
 */
const modelConfidence = 0.75;

/**
 * Asks a language model what a question means that the engine was not sure of.
 * @param refused what the engine says of it
 * @throws Refusal: the engine's, where the model has no plan; one that also offers the model's reading, where that is all it may do
 */
export async function readByModel(
  model: LanguageModel,
  asked: Omit<Asked, "guesses">,
  refused: Refusal,
  gone: AbortSignal,
): Promise<Parsed> {
  const { index } = asked;
  const guesses = refused.alternatives;
  const plan = await model.planFor({ ...asked, guesses }, gone);
  if (!plan) throw refused;
  const reading = readingOf(plan, index.schema);
  const same = guesses.find((guess) => guess.reading === reading);
  // Two readers who come to the same by different ways are both wrong only if each of them is.
  const confidence = 1 - (1 - modelConfidence) * (1 - (same?.confidence ?? 0));
  const read: Interpretation = { plan, reading, confidence, read_by: same ? "both" : "model" };
  const others = guesses.filter((guess) => guess !== same);
  if (model.suggestOnly) throw clarificationOf([read, ...others].slice(0, maxAlternatives), refused.words, index);
  return toParsed(plan, index, { confidence, read_by: read.read_by, alternatives: others });
}

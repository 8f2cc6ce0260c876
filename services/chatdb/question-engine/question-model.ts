import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import { z } from "zod";
import { learnedWord } from "./linking/learned-words.ts";

/** Identifies this format in the model registry. */
export const questionModelFormat = "chatdb-questions/1";

const weights = z.record(z.string(), z.number());

/** A model learned from questions about one data source and their correct plans. */
export const questionModel = z.object({
  format: z.literal(questionModelFormat),
  datasource: z.string(),
  /** The ranker's weights, with the digest of the bundled weights that they were fitted from. */
  ranker: z
    .object({ prior: z.string(), weights: z.looseObject({ preference: weights, sureness: weights }) })
    .optional(),
  words: z.array(learnedWord).max(10_000),
});
export type QuestionModel = z.infer<typeof questionModel>;

/** Serializes the model; equal models give equal bytes. */
export const serializeQuestionModel = (model: QuestionModel): Buffer =>
  Buffer.from(`${canonicalJson(model)}\n`, "utf8");

/** Parses the bytes of a model. @throws Error that lists what is wrong with them */
export function parseQuestionModel(bytes: Buffer): QuestionModel {
  const result = questionModel.safeParse(JSON.parse(bytes.toString("utf8")));
  if (!result.success)
    throw new Error(`This is not a model in the format ${questionModelFormat}: ${z.prettifyError(result.error)}`);
  return result.data;
}

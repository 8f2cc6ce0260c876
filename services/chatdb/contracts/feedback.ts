/** What people say about answers: query-parser takes it and tells the topic `query-feedback`. */
import { z } from "zod";
import { parseRequest, plan } from "./query.ts";

const given = {
  query: parseRequest.shape.query,
  datasource: z.string().min(1),
  /** Of the answer that is judged. */
  plan,
  /** `corrected`: what was meant is `correction`. */
  verdict: z.enum(["right", "wrong", "corrected"]),
  /** The plan that was meant. */
  correction: plan.optional(),
};

/** `POST /feedback` */
export const feedback = z
  .object(given)
  .refine(({ verdict, correction }) => (verdict === "corrected") === (correction !== undefined), {
    path: ["correction"],
    error: 'expected with the verdict "corrected", and with no other',
  });
export type Feedback = z.infer<typeof feedback>;

/** On the topic `query-feedback`, keyed by data source. */
export const queryFeedback = z.object({
  ...given,
  at: z.iso.datetime(),
  /** Who said it, where the gateway knows. */
  user: z.string().optional(),
});
export type QueryFeedback = z.infer<typeof queryFeedback>;

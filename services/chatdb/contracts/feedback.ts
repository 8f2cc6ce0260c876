/** Feedback on answers: query-parser accepts it and publishes it to the topic `query-feedback`. */
import { z } from "zod";
import { parseRequest, plan } from "./query.ts";

const given = {
  query: parseRequest.shape.query,
  datasource: z.string().min(1),
  /** Plan of the judged answer. */
  plan,
  /** `corrected`: the intended plan is `correction`. */
  verdict: z.enum(["right", "wrong", "corrected"]),
  /** The intended plan. */
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
  /** User who gave it, if users sign in. */
  user: z.string().optional(),
});
export type QueryFeedback = z.infer<typeof queryFeedback>;

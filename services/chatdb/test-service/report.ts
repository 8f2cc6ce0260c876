import { z } from "zod";

const outcome = z.enum(["passed", "failed"]);

export const step = z.object({
  name: z.string(),
  /** Skipped if an earlier step failed. */
  status: z.enum(["passed", "failed", "skipped"]),
  took_ms: z.number().nonnegative(),
  /** Evidence of the step: facts by name. */
  evidence: z.record(z.string(), z.json()),
  /** Reason of the failure. */
  error: z.string().optional(),
});
export type Step = z.infer<typeof step>;

export const scenario = z.object({
  name: z.string(),
  status: outcome,
  took_ms: z.number().nonnegative(),
  steps: z.array(step),
});
export type Scenario = z.infer<typeof scenario>;

/** Optional body of `POST /runs`. */
export const runOptions = z.strictObject({
  jobs: z.int().min(2).max(200).default(10).describe("Jobs that are submitted at once"),
});
export type RunOptions = z.infer<typeof runOptions>;

/** One run of all scenarios; answer of `GET /runs/:id`. */
export const run = z.object({
  run_id: z.uuid(),
  status: z.enum(["running", "passed", "failed"]),
  gateway: z.url(),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime().optional(),
  /** The finished scenarios. */
  scenarios: z.array(scenario),
});
export type Run = z.infer<typeof run>;

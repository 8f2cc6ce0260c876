import { z } from "zod";
import { datasetLocation } from "./datasets.ts";
import { limit } from "./common.ts";
import { metrics, modelName, modelReference } from "./models.ts";
import { trainingParameters } from "./training-parameters.ts";

export const jobId = z.uuid();

/** Jobs of a higher priority are sent first. */
export const priority = z.enum(["low", "normal", "high"]);
export type Priority = z.infer<typeof priority>;

/** Text that PostgreSQL can store: no character NUL, no unpaired surrogate. */
const text = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .refine((value) => !value.includes("\0") && value.isWellFormed(), "has a character NUL or an unpaired surrogate");

/** The model to train, and its data. */
const training = {
  model_name: modelName,
  dataset_location: datasetLocation,
  target: text(256).optional().describe("Column to predict. Default: the one named target, else the last"),
  parameters: trainingParameters.default({}),
};

/** Body of `POST /jobs`. */
export const jobRequest = z.strictObject({
  ...training,
  priority: priority.default("normal"),
  timeout_s: z
    .int()
    .positive()
    .max(7 * 86_400)
    .default(3600)
    .describe("Seconds that one attempt may take, from when an engine starts it"),
  max_attempts: z
    .int()
    .positive()
    .max(20)
    .default(10)
    .describe("Attempts before a job with transient failures fails: an unavailable registry, a broken connection"),
});
export type JobRequest = z.infer<typeof jobRequest>;

/**
 * Sent as the header `Idempotency-Key`, or in the body of `POST /jobs` as `idempotency_key`: the same key gives the
 * same job.
 */
export const idempotencyKey = text(255).describe("Makes repeating the request safe: the same key gives the same job");

/** Number of the attempt, from 1: each time that the job is sent to the engines anew it increases. */
const attempt = z.int().positive().default(1);

/** Event on `training-jobs`: one attempt for an engine to run. */
export const trainingJob = z.object({ job_id: jobId, attempt, ...training });
export type TrainingJob = z.infer<typeof trainingJob>;

/** Event on `training-control`: engines end these attempts, or skip them when they arrive. */
export const attemptCancellation = z.object({
  job_id: jobId,
  up_to_attempt: z.int().positive(),
  reason: z.enum(["cancelled", "timed out"]),
  at: z.iso.datetime(),
});
export type AttemptCancellation = z.infer<typeof attemptCancellation>;

const of = { job_id: jobId, attempt, at: z.iso.datetime().describe("Time at the engine, UTC") };

/**
 * An attempt failed. Earlier versions of ml-engine wrote `passing` for `transient`; the topic keeps their events for
 * seven days.
 */
const attemptFailed = z
  .object({
    kind: z.literal("failed"),
    ...of,
    error: z.string().min(1),
    transient: z.boolean().optional().describe("Whether another attempt may succeed. Default false"),
    passing: z.boolean().optional(),
  })
  .transform(({ passing = false, transient = passing, ...event }) => ({ ...event, transient }));

/** Event of one attempt on `training-events`. It may arrive twice, and late. */
export const trainingEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("started"), ...of }),
  z.object({
    kind: z.literal("progress"),
    ...of,
    share: z.number().min(0).max(1).describe("Completed share of the work, an estimate"),
    step: z.string().max(200).describe("Current step, for people"),
  }),
  z.object({ kind: z.literal("log"), ...of, text: z.string().max(2000) }),
  z.object({ kind: z.literal("succeeded"), ...of, model: modelReference, metrics }),
  attemptFailed,
  z.object({ kind: z.literal("stopped"), ...of, reason: z.string() }),
]);
export type TrainingEvent = z.infer<typeof trainingEvent>;

/**
 * The phase of a job's latest attempt. `queued`: not sent yet; `sent`: an engine will take it; `retrying`: it failed,
 * and another one follows. Each change of the phase is an entry of the history, of the kind of the phase.
 */
export const jobPhase = z.enum(["queued", "sent", "started", "retrying", "succeeded", "failed", "cancelled"]);
export type JobPhase = z.infer<typeof jobPhase>;

/** A job's status for clients. Jobs that are queued, sent or retrying are `queued`. */
export const jobStatus = z.enum(["queued", "running", "succeeded", "failed", "cancelled"]);
export type JobStatus = z.infer<typeof jobStatus>;

/** Answer of `POST /jobs`: the job is stored and will run. */
export const jobAccepted = z.object({ job_id: jobId, status: jobStatus });

/** Answer of `GET /jobs/:id`, and of `POST /jobs/:id/cancel` and `POST /jobs/:id/retry`. */
export const job = z.object({
  job_id: jobId,
  ...jobRequest.shape,
  owner: z.string().optional().describe("User who sent it, if users sign in"),
  status: jobStatus,
  attempt: z.int().nonnegative().default(0).describe("Latest attempt; 0 before the first"),
  progress: z.number().min(0).max(1).default(0),
  step: z.string().optional().describe("Current step"),
  model: modelReference.optional(),
  metrics: metrics.optional(),
  error: z.string().optional().describe("Reason why it failed, or its latest attempt did; for people"),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().optional().describe("When an engine started the latest attempt"),
  finished_at: z.iso.datetime().optional(),
  next_attempt_at: z.iso.datetime().optional().describe("Earliest time of the next attempt, after a transient failure"),
});
export type Job = z.infer<typeof job>;

/** Query of `GET /jobs`. */
export const jobFilter = z.object({
  status: jobStatus.optional(),
  model_name: modelName.optional(),
  limit,
  before: z.string().max(100).optional().describe("`next` of the previous page"),
});
export type JobFilter = z.infer<typeof jobFilter>;

/** Answer of `GET /jobs`: newest first. */
export const jobList = z.object({
  jobs: z.array(job),
  next: z.string().optional().describe("Value of `before` for the next page; absent on the last page"),
});

/**
 * An entry of a job's history. `GET /jobs/:id/events` streams it as server-sent events: `id` is the number, `event` the
 * kind, `data` this as JSON. After the entry that ends the job the event `end` follows, and the stream closes. With
 * `accept: application/json` it answers the existing entries as `jobHistory`. `Last-Event-ID` (or `?after=`) skips
 * entries that the client has.
 */
export const jobEvent = z.object({
  number: z.int().positive(),
  kind: z.enum([...jobPhase.options, "progress", "log"]),
  attempt: z.int().nonnegative(),
  at: z.iso.datetime(),
  text: z.string().optional(),
  progress: z.number().min(0).max(1).optional(),
});
export type JobEvent = z.infer<typeof jobEvent>;
export const jobHistory = z.object({ events: z.array(jobEvent) });

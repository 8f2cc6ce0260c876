import type { JobPhase, JobStatus, TrainingEvent } from "@chatdb/contracts/jobs.ts";
import type { Metrics, ModelReference } from "@chatdb/contracts/models.ts";
import { phaseAfterTransientFailure } from "./job-retry.ts";

/**
 * The order of the phases of an attempt. A higher one wins over a lower one: a registered model stays registered,
 * whatever happens to another delivery of the same job.
 */
const rank: Record<JobPhase, number> = {
  queued: 0,
  sent: 1,
  started: 2,
  retrying: 3,
  failed: 4,
  cancelled: 5,
  succeeded: 6,
};

export const statusOf: Record<JobPhase, JobStatus> = {
  queued: "queued",
  sent: "queued",
  started: "running",
  retrying: "queued",
  failed: "failed",
  cancelled: "cancelled",
  succeeded: "succeeded",
};

/** Decides whether a job has reached its final phase. */
export const hasEnded = (phase: JobPhase): boolean => rank[phase] > rank.retrying;

/** The state of a job. Times are in ISO 8601, UTC, with milliseconds. */
export interface JobState {
  /** The latest attempt, sent or about to be sent. Counts from 1. */
  attempt: number;
  /** The last attempt that may follow transient failures. */
  last_attempt: number;
  phase: JobPhase;
  /** When the latest attempt was sent; unset while it is queued. */
  sent_at?: string | undefined;
  started_at?: string | undefined;
  progress: number;
  step?: string | undefined;
  progress_at?: string | undefined;
  /** Why the latest attempt failed. */
  error?: string | undefined;
  /** When the latest attempt ended. */
  finished_at?: string | undefined;
  model?: ModelReference | undefined;
  metrics?: Metrics | undefined;
}

/** A decision of the orchestrator; `queued`: a client requested another attempt. */
export type Decision = { attempt: number; at: string } & (
  | { kind: "queued"; last_attempt: number }
  | { kind: "sent" }
  | { kind: "cancelled" }
  | { kind: "timed out"; error: string }
);

/** Anything that changes a job's state: a decision of the orchestrator, or an event of an engine. */
export type Fact = Decision | TrainingEvent;

export function newJob(last_attempt: number): JobState {
  return { attempt: 1, last_attempt, phase: "queued", progress: 0 };
}

/**
 * Computes the state of a job after a fact. Facts may arrive late, twice and in any order, since Kafka redelivers a job
 * if an engine dies; the state is the same (idempotent, commutative, associative). Of attempts before the latest one
 * only success counts. Of two facts of equal rank the earlier one wins.
 */
export function applyFact(state: JobState, given: Fact): JobState {
  const fact = { ...given, at: new Date(given.at).toISOString() };
  if (fact.kind === "log") return state;
  if (fact.kind === "succeeded") return succeed(moveToAttempt(state, fact.attempt), fact);
  if (fact.attempt < state.attempt) return state;
  const known = moveToAttempt(state, fact.attempt);
  switch (fact.kind) {
    case "queued":
      return { ...known, last_attempt: Math.max(known.last_attempt, fact.last_attempt) };
    case "sent":
      return advance({ ...known, sent_at: earlier(known.sent_at, fact.at) }, "sent");
    case "started":
      return begin(known, fact.at);
    case "progress":
      return applyProgress(begin(known, fact.at), fact);
    case "failed":
      return end(known, fact.transient ? phaseAfterTransientFailure(known) : "failed", fact);
    case "stopped":
      return end(known, phaseAfterTransientFailure(known), {
        at: fact.at,
        error: `An engine ended it: ${fact.reason}`,
      });
    case "timed out":
      return end(known, "failed", fact);
    case "cancelled":
      return end(known, "cancelled", { at: fact.at, error: undefined });
  }
}

/** Moves the state to the given attempt, if that is later; a new attempt starts from the beginning. */
function moveToAttempt(state: JobState, attempt: number): JobState {
  if (attempt <= state.attempt) return state;
  const { last_attempt, phase, finished_at, model, metrics } = state;
  const success = phase === "succeeded" && { phase, finished_at, model, metrics };
  return { ...newJob(last_attempt), attempt, ...success };
}

function advance(state: JobState, phase: JobPhase): JobState {
  return rank[phase] > rank[state.phase] ? { ...state, phase } : state;
}

function begin(state: JobState, at: string): JobState {
  return advance({ ...state, started_at: earlier(state.started_at, at) }, "started");
}

/** Applies a progress report, if it is the latest. */
function applyProgress(state: JobState, { at, share, step }: { at: string; share: number; step: string }): JobState {
  const known = [state.progress_at ?? "", state.progress, state.step ?? ""] as const;
  return precedes(known, [at, share, step]) ? { ...state, progress: share, step, progress_at: at } : state;
}

function end(state: JobState, phase: JobPhase, { at, error }: { at: string; error: string | undefined }): JobState {
  const change = rank[phase] - rank[state.phase];
  if (change < 0 || (change === 0 && !precedes([at, error ?? ""], [state.finished_at ?? "", state.error ?? ""])))
    return state;
  return { ...state, phase, finished_at: at, error };
}

function succeed(state: JobState, { at, model, metrics }: Extract<TrainingEvent, { kind: "succeeded" }>): JobState {
  if (
    state.phase === "succeeded" &&
    !precedes([at, model.version], [state.finished_at ?? "", state.model?.version ?? 0])
  )
    return state;
  return { ...state, phase: "succeeded", finished_at: at, error: undefined, model, metrics };
}

function earlier(known: string | undefined, at: string): string {
  return known !== undefined && known <= at ? known : at;
}

type Key = readonly (string | number)[];

/** Compares by the first member that differs. */
function precedes(left: Key, right: Key): boolean {
  const index = left.findIndex((value, each) => value !== right[each]);
  return index >= 0 && left[index]! < right[index]!;
}

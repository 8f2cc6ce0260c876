import type { JobStatus, TrainingEvent } from "@chatdb/contracts/jobs.ts";
import type { Metrics, ModelReference } from "@chatdb/contracts/models.ts";

/** How far a job's latest attempt is; `waiting`: it has not been sent yet; `retrying`: the one after it will be. */
export type Phase = "waiting" | "sent" | "started" | "retrying" | "failed" | "cancelled" | "succeeded";

/**
 * How much a phase says of an attempt. A higher one stands against a lower one: a model that is registered stays registered,
 * whatever another delivery of the same job met.
 */
const rank: Record<Phase, number> = {
  waiting: 0,
  sent: 1,
  started: 2,
  retrying: 3,
  failed: 4,
  cancelled: 5,
  succeeded: 6,
};

export const statusOf: Record<Phase, JobStatus> = {
  waiting: "queued",
  sent: "queued",
  started: "running",
  retrying: "queued",
  failed: "failed",
  cancelled: "cancelled",
  succeeded: "succeeded",
};

/** Whether nothing is to be done any more. */
export const hasEnded = (phase: Phase): boolean => rank[phase] > rank.retrying;

/** What is known of a job. Times are in ISO 8601, UTC, of milliseconds. */
export interface JobState {
  /** The latest one, sent or about to be. Counts from 1. */
  attempt: number;
  /** Whether anything that may pass is followed by another attempt: not after this one. */
  last_attempt: number;
  phase: Phase;
  /** When the latest attempt was sent; unset while it waits. */
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

/** What the orchestrator decides of a job; `queued`: someone asked for a further attempt. */
export type Decision = { attempt: number; at: string } & (
  | { kind: "queued"; last_attempt: number }
  | { kind: "sent" }
  | { kind: "cancelled" }
  | { kind: "timed out"; error: string }
);

export type Fact = Decision | TrainingEvent;

export function newJob(last_attempt: number): JobState {
  return { attempt: 1, last_attempt, phase: "waiting", progress: 0 };
}

/**
 * The state of a job after a fact. Facts may come late, twice and in any order, since Kafka delivers a job again when an
 * engine dies: the outcome is the same (idempotent, commutative, associative). Of an attempt that is not the latest one,
 * nothing matters but success. Of two facts that say equally much the earlier is kept.
 */
export function applyFact(state: JobState, given: Fact): JobState {
  const fact = { ...given, at: new Date(given.at).toISOString() };
  if (fact.kind === "log") return state;
  if (fact.kind === "succeeded") return succeed(reach(state, fact.attempt), fact);
  if (fact.attempt < state.attempt) return state;
  const known = reach(state, fact.attempt);
  switch (fact.kind) {
    case "queued":
      return { ...known, last_attempt: Math.max(known.last_attempt, fact.last_attempt) };
    case "sent":
      return advance({ ...known, sent_at: earlier(known.sent_at, fact.at) }, "sent");
    case "started":
      return begin(known, fact.at);
    case "progress":
      return proceed(begin(known, fact.at), fact);
    case "failed":
      return end(known, fact.transient ? afterPassing(known) : "failed", fact);
    case "stopped":
      return end(known, afterPassing(known), { at: fact.at, error: `An engine left it: ${fact.reason}` });
    case "timed out":
      return end(known, "failed", fact);
    case "cancelled":
      return end(known, "cancelled", { at: fact.at, error: undefined });
  }
}

/** The state with at least that attempt: a later one starts afresh. */
function reach(state: JobState, attempt: number): JobState {
  if (attempt <= state.attempt) return state;
  const { last_attempt, phase, finished_at, model, metrics } = state;
  const success = phase === "succeeded" && { phase, finished_at, model, metrics };
  return { ...newJob(last_attempt), attempt, ...success };
}

function advance(state: JobState, phase: Phase): JobState {
  return rank[phase] > rank[state.phase] ? { ...state, phase } : state;
}

function begin(state: JobState, at: string): JobState {
  return advance({ ...state, started_at: earlier(state.started_at, at) }, "started");
}

/** What was reported last stands. */
function proceed(state: JobState, { at, share, step }: { at: string; share: number; step: string }): JobState {
  const known = [state.progress_at ?? "", state.progress, state.step ?? ""] as const;
  return precedes(known, [at, share, step]) ? { ...state, progress: share, step, progress_at: at } : state;
}

const afterPassing = ({ attempt, last_attempt }: JobState): Phase => (attempt < last_attempt ? "retrying" : "failed");

function end(state: JobState, phase: Phase, { at, error }: { at: string; error: string | undefined }): JobState {
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

/** By the first member that differs. */
function precedes(left: Key, right: Key): boolean {
  const place = left.findIndex((value, index) => value !== right[index]);
  return place >= 0 && left[place]! < right[place]!;
}

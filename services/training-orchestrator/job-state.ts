import type { JobStatus, TrainingEvent } from "@chatdb/contracts/jobs.ts";
import type { Metrics, ModelReference } from "@chatdb/contracts/models.ts";

/** What the events of a job come to. */
export interface JobState {
  status: JobStatus;
  model?: ModelReference;
  metrics?: Metrics;
  error?: string;
  /** ISO 8601, UTC, as in the events. */
  started_at?: string;
  finished_at?: string;
}

/**
 * How much a status says. A higher one stands against a lower one: a model that is registered stays registered, whatever
 * another delivery of the same job met.
 */
const rank: Record<JobStatus, number> = { queued: 0, running: 1, failed: 2, cancelled: 3, succeeded: 4 };

/**
 * The state of a job after an event. Events may come late, twice and in any order, since Kafka delivers a job again when an
 * engine dies: the outcome is the same (idempotent, commutative, associative). Of two equal statuses the earlier is kept.
 */
export function applyEvent(state: JobState, event: TrainingEvent): JobState {
  if (event.kind === "started") {
    const started_at = earlier(state.started_at, event.at);
    return { ...state, status: rank[state.status] > rank.running ? state.status : "running", started_at };
  }
  if (event.kind !== "failed" && event.kind !== "succeeded") return state;
  const change = rank[event.kind] - rank[state.status];
  if (change < 0 || (change === 0 && !precedes(event, state))) return state;
  const { started_at } = state;
  const ended: JobState = { status: event.kind, ...(started_at !== undefined && { started_at }), finished_at: event.at };
  return event.kind === "failed" ? { ...ended, error: event.error } : { ...ended, model: event.model, metrics: event.metrics };
}

function earlier(known: string | undefined, at: string): string {
  return known !== undefined && Date.parse(known) <= Date.parse(at) ? known : at;
}

/** By time, then by what they say: two events never tie unless they say the same. */
function precedes(event: Extract<TrainingEvent, { kind: "failed" | "succeeded" }>, state: JobState): boolean {
  const difference = Date.parse(event.at) - Date.parse(state.finished_at ?? event.at);
  if (difference !== 0) return difference < 0;
  return event.kind === "failed" ? event.error < (state.error ?? "") : event.model.version < (state.model?.version ?? 0);
}

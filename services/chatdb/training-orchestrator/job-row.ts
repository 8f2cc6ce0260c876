import { priority, type Job, type JobRequest, type Priority, type TrainingJob } from "@chatdb/contracts/jobs.ts";
import type { Selectable } from "kysely";
import { hasEnded, statusOf, type JobState } from "./job-state.ts";
import type { OrchestratorTables } from "./tables.ts";

export type JobRow = Selectable<OrchestratorTables["jobs"]>;

/** Priorities as numbers; the higher one is sent first. */
const priorities = priority.options;
export const priorityNumber = (name: Priority): number => priorities.indexOf(name);

export function requestOf(row: JobRow): JobRequest {
  const { model_name, dataset_location, parameters, timeout_s, max_attempts } = row;
  return {
    model_name,
    dataset_location,
    ...targetOf(row),
    parameters,
    priority: priorities[row.priority]!,
    timeout_s,
    max_attempts,
  };
}

/** Builds the message for the engines. */
export function trainingJobOf(row: JobRow, attempt: number): TrainingJob {
  const { id, model_name, dataset_location, parameters } = row;
  return { job_id: id, attempt, model_name, dataset_location, ...targetOf(row), parameters };
}

const targetOf = ({ target }: JobRow) => (target === null ? {} : { target });

export function stateOf(row: JobRow): JobState {
  return {
    attempt: row.attempt,
    last_attempt: row.last_attempt,
    phase: row.phase,
    sent_at: row.sent_at?.toISOString(),
    started_at: row.started_at?.toISOString(),
    progress: row.progress,
    step: row.step ?? undefined,
    progress_at: row.progress_at?.toISOString(),
    error: row.error ?? undefined,
    finished_at: row.finished_at?.toISOString(),
    model: row.model_version === null ? undefined : { name: row.model_name, version: row.model_version },
    metrics: row.metrics ?? undefined,
  };
}

export function columnsOf({ model, metrics, ...state }: JobState) {
  const date = (at: string | undefined) => (at === undefined ? null : new Date(at));
  return {
    ...state,
    status: statusOf[state.phase],
    sent_at: date(state.sent_at),
    started_at: date(state.started_at),
    step: state.step ?? null,
    progress_at: date(state.progress_at),
    error: state.error ?? null,
    finished_at: date(state.finished_at),
    model_version: model?.version ?? null,
    metrics: metrics ? JSON.stringify(metrics) : null,
  };
}

/** Returns the latest attempt that was sent; 0 before the first. */
export const sentAttempt = ({ attempt, sent_at }: JobState): number => (sent_at === undefined ? attempt - 1 : attempt);

export function toJob(row: JobRow): Job {
  const { phase, progress, step, error, started_at, finished_at, model, metrics, ...state } = stateOf(row);
  const ended = hasEnded(phase);
  return {
    job_id: row.id,
    ...requestOf(row),
    ...(row.owner !== null && { owner: row.owner }),
    status: statusOf[phase],
    attempt: sentAttempt({ phase, progress, ...state }),
    progress: phase === "succeeded" ? 1 : progress,
    ...(!ended && step !== undefined && { step }),
    ...(model && { model }),
    ...(metrics && { metrics }),
    ...(error !== undefined && { error }),
    created_at: row.created_at.toISOString(),
    ...(started_at !== undefined && { started_at }),
    ...(ended && finished_at !== undefined && { finished_at }),
    ...(phase === "retrying" && row.next_attempt_at && { next_attempt_at: row.next_attempt_at.toISOString() }),
  };
}

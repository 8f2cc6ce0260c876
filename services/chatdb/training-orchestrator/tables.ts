import type { JobEvent, JobPhase, JobStatus } from "@chatdb/contracts/jobs.ts";
import type { Metrics } from "@chatdb/contracts/models.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import type { ColumnType, Generated, GeneratedAlways } from "kysely";

/** A column of type jsonb: written as text, read as a value. */
type Json<T> = ColumnType<T, string, string>;

export interface OrchestratorTables {
  jobs: {
    id: string;
    model_name: string;
    dataset_location: string;
    target: string | null;
    parameters: Json<TrainingParameters>;
    /** 0 low, 1 normal, 2 high. */
    priority: Generated<number>;
    timeout_s: Generated<number>;
    max_attempts: Generated<number>;
    owner: string | null;
    /** Includes the owner, if any, so that the keys of two users never collide. */
    idempotency_key: string | null;
    /** Derived from the phase. */
    status: Generated<JobStatus>;
    phase: Generated<JobPhase>;
    attempt: Generated<number>;
    last_attempt: Generated<number>;
    progress: Generated<number>;
    progress_at: Date | null;
    step: string | null;
    model_version: number | null;
    metrics: Json<Metrics> | null;
    error: string | null;
    created_at: GeneratedAlways<Date>;
    sent_at: Date | null;
    started_at: Date | null;
    finished_at: Date | null;
    /** Earliest time of the next attempt, while the job is retrying. */
    next_attempt_at: Date | null;
    /** When the latest attempt was sent or resent, or its latest event was recorded. */
    heard_at: Date | null;
    /** Number of the latest entry of its history. */
    entries: Generated<number>;
  };
  /** The history of each job. */
  job_events: {
    job_id: string;
    number: number;
    kind: JobEvent["kind"];
    attempt: number;
    at: Date;
    text: string | null;
    progress: number | null;
  };
  /** Events that Kafka has not acknowledged yet. */
  outbox: {
    id: GeneratedAlways<string>;
    topic: string;
    key: string;
    value: Json<unknown>;
  };
}

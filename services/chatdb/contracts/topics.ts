/** The Kafka topics of ChatDB. Messages that must stay in order share a key. */
export const topics = {
  /** Jobs to train, keyed by job id: training-orchestrator to ml-engine. */
  trainingJobs: "training-jobs",
  /** Progress and outcomes of attempts, keyed by job id: ml-engine to training-orchestrator. */
  trainingEvents: "training-events",
  /** Cancellations of attempts, keyed by job id: training-orchestrator to every ml-engine. */
  trainingControl: "training-control",
  /** Messages that no service can handle, with their keys: training-orchestrator and ml-engine to operators. */
  trainingDeadLetters: "training-dead-letters",
  /** Questions and their outcomes, keyed by data source: query-parser to ml-engine. */
  queryEvents: "query-events",
  /** Feedback on answers, keyed by data source: query-parser to ml-engine. */
  queryFeedback: "query-feedback",
} as const;

/**
 * Retention of jobs and cancellations in Kafka, milliseconds. It is the same, so that an engine that gets an old job
 * knows of its cancellation.
 */
export const jobsKeptMs = 7 * 86_400_000;

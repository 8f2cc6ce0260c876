/** The Kafka topics of the platform. Every topic is keyed so that what must stay in order shares a key. */
export const topics = {
  /** Jobs to train, keyed by job id: training-orchestrator to ml-engine. */
  trainingJobs: "training-jobs",
  /** What became of a job, keyed by job id: ml-engine to training-orchestrator. */
  trainingEvents: "training-events",
  /** Attempts to leave, keyed by job id: training-orchestrator to every ml-engine. */
  trainingControl: "training-control",
  /** What nobody takes up again by itself, keyed as it was: training-orchestrator and ml-engine to whoever looks after them. */
  trainingDeadLetters: "training-dead-letters",
  /** Questions asked and how they fared, keyed by data source: query-parser to ml-engine. */
  queryEvents: "query-events",
  /** What people say about answers, keyed by data source: query-parser to ml-engine. */
  queryFeedback: "query-feedback",
} as const;

/** Milliseconds for which Kafka keeps jobs, and stops as long: an engine that takes up an old job is to know that it was cancelled. */
export const jobsKeptMs = 7 * 86_400_000;

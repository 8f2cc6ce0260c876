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

/** The consumer group in which a service takes the events of a topic. Its login opens the groups of its own topics and no others. */
export function groupOf(service: string, topic: string): string {
  return `${service}.${topic}`;
}

/** What the names of groups begin with in which processes of a service follow a topic: each has one of its own, and so takes all of its events. */
export function followersOf(service: string, topic: string): string {
  return `${groupOf(service, topic)}.`;
}

/** The group of one process that follows a topic. `process` tells it from others. */
export function followerGroup(service: string, topic: string, process: string): string {
  return followersOf(service, topic) + process;
}

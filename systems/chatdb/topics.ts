import type { Topic } from "../../components/data/kafka-access.ts";

const dayMs = 24 * 3_600_000;

/** Events that the services exchange: `services/chatdb/contracts/topics.ts` has the same names. */
export const topics = {
  "training-jobs": { partitions: 12, retentionMs: 7 * dayMs },
  "training-events": { partitions: 12 },
  // As long as the jobs: an engine that was down must not train cancelled ones. Each engine reads it all at its start.
  "training-control": { partitions: 12, retentionMs: 7 * dayMs },
  // Operators need time to look at dead letters.
  "training-dead-letters": { partitions: 1, retentionMs: 90 * dayMs },
  "query-events": { partitions: 12 },
  // A year: the engine must not lose unread feedback, however long it was down.
  "query-feedback": { partitions: 12, retentionMs: 365 * dayMs },
} satisfies Record<string, Topic>;

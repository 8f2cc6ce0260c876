import type { Topic } from "../../components/data/kafka-access.ts";

const dayMs = 24 * 3_600_000;

/** Events that the services exchange: `services/chatdb/contracts/topics.ts` has the same names. */
export const topics = {
  "training-jobs": { partitions: 12, retentionMs: 7 * dayMs },
  "training-events": { partitions: 12 },
  // As long as the jobs, so that an engine that was away does not train what was cancelled. Each engine that starts reads it all.
  "training-control": { partitions: 12, retentionMs: 7 * dayMs },
  // Somebody has to find the time to look at them.
  "training-dead-letters": { partitions: 1, retentionMs: 90 * dayMs },
  "query-events": { partitions: 12 },
  // A year: the engine must not lose what it has not read yet, however long it was away.
  "query-feedback": { partitions: 12, retentionMs: 365 * dayMs },
} satisfies Record<string, Topic>;

import { randomUUID } from "node:crypto";
import { queryEvent } from "@chatdb/contracts/query.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { followerGroup, groupOf } from "@platform/kit/consumer-group.ts";
import type { EventBus, IncomingEvent, Subscription } from "@platform/kit/event-bus.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import type { Cancellations } from "./cancellations.ts";
import { createFeedbackKeeper } from "./feedback.ts";
import type { EngineMetrics } from "./metrics.ts";

export interface SubscriptionsOptions {
  bus: EventBus;
  objects: ObjectStore;
  feedbackBucket: string;
  /** Jobs that run at the same time. */
  jobsPerEngine: number;
  /** Handles the messages of `training-jobs`. */
  jobRunner: Required<Pick<Subscription, "handle" | "onUnreadable">>;
  cancellations: Cancellations;
  metrics: EngineMetrics;
  log: Logger;
}

/** Subscribes the engine to its topics; resolves once it is a member of all groups. */
export async function subscribe(options: SubscriptionsOptions): Promise<void> {
  const { bus, objects, feedbackBucket, jobsPerEngine, jobRunner, cancellations, metrics, log } = options;
  const follow = (
    topic: string,
    handle: (event: IncomingEvent) => Promise<void>,
    group = groupOf("ml-engine", topic),
  ) => bus.subscribe({ group, topics: [topic], handle });
  const countQuestion = (value: unknown) =>
    metrics.questions.inc({ outcome: queryEvent.safeParse(value).data?.outcome ?? "unknown" });
  const keepFeedback = createFeedbackKeeper({ objects, bucket: feedbackBucket, metrics, log });
  await Promise.all([
    bus.subscribe({
      group: groupOf("ml-engine", topics.trainingJobs),
      topics: [topics.trainingJobs],
      concurrency: jobsPerEngine,
      ...jobRunner,
    }),
    // A group of its own: every engine receives every cancellation, including those from before it started.
    follow(
      topics.trainingControl,
      ({ value }) => Promise.resolve(cancellations.handle(value)),
      followerGroup("ml-engine", topics.trainingControl, randomUUID()),
    ),
    follow(topics.queryEvents, ({ value }) => Promise.resolve(countQuestion(value))),
    follow(topics.queryFeedback, ({ value }) => keepFeedback(value)),
  ]);
}

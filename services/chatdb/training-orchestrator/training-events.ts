import { deadLetterOf } from "@platform/kit/dead-letters.ts";
import { trainingEvent } from "@chatdb/contracts/jobs.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { groupOf } from "@platform/kit/consumer-group.ts";
import type { EventBus, IncomingEvent } from "@platform/kit/event-bus.ts";
import type { Logger } from "@platform/kit/log.ts";
import { z } from "zod";
import type { JobStore } from "./job-store.ts";

/** Applies the events of the engines to the jobs; resolves once the subscription is a member of its group. */
export async function subscribeToTrainingEvents(bus: EventBus, jobs: JobStore, log: Logger): Promise<void> {
  await bus.subscribe({
    group: groupOf("training-orchestrator", topics.trainingEvents),
    topics: [topics.trainingEvents],
    concurrency: 4,
    handle: (event) => apply(jobs, event, log),
    onUnreadable: (event, reason) => giveUp(jobs, event, { reason: `Not JSON. ${reason}`, log }),
  });
}

async function apply(jobs: JobStore, event: IncomingEvent, log: Logger): Promise<void> {
  const { data, error } = trainingEvent.safeParse(event.value);
  if (!data) return giveUp(jobs, event, { reason: `Not a training event. ${z.prettifyError(error)}`, log });
  try {
    if (!(await jobs.apply(data))) log.warn({ job_id: data.job_id }, "skipped an event of an unknown job");
  } catch (err) {
    if (!isRefused(err)) throw err;
    await giveUp(jobs, event, { reason: `PostgreSQL cannot store it: ${err.message}`, err, log });
  }
}

/** Moves a message that can never be recorded to the dead letters, so that those behind it are handled. */
async function giveUp(
  jobs: JobStore,
  event: IncomingEvent,
  { reason, err, log }: { reason: string; err?: unknown; log: Logger },
): Promise<void> {
  const letter = deadLetterOf(event, reason);
  log.error({ err, letter }, "moved a message to the dead letters");
  await jobs.giveUp(letter);
}

/**
 * Class 22 of SQLSTATE: a value that no column takes, such as a number too large.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function isRefused(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("22");
}

import { topics } from "@chatdb/contracts/topics.ts";
import { publishDeadLetter } from "@platform/kit/dead-letters.ts";
import { jobId, trainingJob, type TrainingEvent, type TrainingJob } from "@chatdb/contracts/jobs.ts";
import type { EventBus, IncomingEvent, Subscription } from "@platform/kit/event-bus.ts";
import { z } from "zod";
import { AttemptRun, type AttemptOptions } from "./attempt-run.ts";
import { AttemptReporter, type AttemptReport } from "./attempt-reporter.ts";
import type { Cancellations } from "./cancellations.ts";

export interface RunnerOptions extends AttemptOptions {
  bus: EventBus;
  cancellations: Cancellations;
}

type Attempt = Pick<TrainingJob, "job_id" | "attempt">;

/**
 * Creates the handlers of `training-jobs`. A handler resolves once the attempt has ended and its outcome is published;
 * a message that is not a job becomes a dead letter. It rejects, so that the message is delivered again, if publishing
 * fails or the engine shuts down.
 */
export function createJobRunner(options: RunnerOptions): Required<Pick<Subscription, "handle" | "onUnreadable">> {
  const { bus, cancellations, metrics } = options;
  const publish = ({ job_id, attempt }: Attempt, report: AttemptReport) =>
    bus.publish(topics.trainingEvents, [
      { key: job_id, value: { job_id, attempt, ...report, at: new Date().toISOString() } satisfies TrainingEvent },
    ]);

  const run = async (job: TrainingJob, cancelled: AbortSignal) => {
    const log = options.log.child({ job_id: job.job_id, attempt: job.attempt });
    const reporter = new AttemptReporter((report) => publish(job, report), log);
    const attempt = new AttemptRun(job, { cancelled, reporter }, { ...options, log });
    try {
      let outcome = await attempt.existingOutcome();
      if (!outcome) {
        await publish(job, { kind: "started" });
        outcome = await attempt.run();
      }
      await reporter.end();
      await publish(job, outcome);
      metrics.jobs.inc({ outcome: outcome.kind === "failed" && outcome.transient ? "interrupted" : outcome.kind });
      log.info(outcome, "attempt ended");
    } catch (error) {
      metrics.jobs.inc({ outcome: "interrupted" });
      throw error;
    } finally {
      await reporter.end();
    }
    await attempt.removeCheckpoint();
  };

  const toDeadLetters = (event: IncomingEvent, reason: string) =>
    publishDeadLetter({ bus, topic: topics.trainingDeadLetters, log: options.log }, event, reason);

  const refuse = async (event: IncomingEvent, problems: string) => {
    await toDeadLetters(event, `Not a training job. ${problems}`);
    const { data: named } = z
      .object({ job_id: jobId, attempt: trainingJob.shape.attempt.catch(1) })
      .safeParse(event.value);
    if (named) await publish(named, { kind: "failed", transient: false, error: `The job is not valid. ${problems}` });
  };

  return {
    handle: (event) => {
      const { data: job, error } = trainingJob.safeParse(event.value);
      return job
        ? cancellations.whileRunning(job, (cancelled) => run(job, cancelled))
        : refuse(event, z.prettifyError(error));
    },
    onUnreadable: (event, reason) => toDeadLetters(event, `Not JSON. ${reason}`),
  };
}

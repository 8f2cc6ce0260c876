import { topics } from "@chatdb/contracts/topics.ts";
import { deadLetterOf, jobId, trainingJob, type TrainingEvent, type TrainingJob } from "@chatdb/contracts/jobs.ts";
import type { EventBus, IncomingEvent, Subscription } from "@platform/kit/event-bus.ts";
import { z } from "zod";
import { AttemptRun, type AttemptOptions } from "./attempt-run.ts";
import { News, type Outcome } from "./news.ts";
import type { Stops } from "./stops.ts";

export interface RunnerOptions extends AttemptOptions {
  bus: EventBus;
  stops: Stops;
}

type Attempt = Pick<TrainingJob, "job_id" | "attempt">;

/**
 * Makes what takes `training-jobs`. It resolves once the attempt has ended, however it did, and that has been published; what is no
 * job becomes a dead letter. It rejects, so that the message comes again, when that cannot be published or the engine stops.
 */
export function createJobRunner(options: RunnerOptions): Required<Pick<Subscription, "handle" | "onUnreadable">> {
  const { bus, stops, metrics } = options;
  const publish = ({ job_id, attempt }: Attempt, outcome: Outcome) =>
    bus.publish(topics.trainingEvents, [
      { key: job_id, value: { job_id, attempt, ...outcome, at: new Date().toISOString() } satisfies TrainingEvent },
    ]);

  const run = async (job: TrainingJob, stopped: AbortSignal) => {
    const log = options.log.child({ job_id: job.job_id, attempt: job.attempt });
    const news = new News((each) => publish(job, each), log);
    const attempt = new AttemptRun(job, { stopped, news }, { ...options, log });
    try {
      let outcome = await attempt.ended();
      if (!outcome) {
        await publish(job, { kind: "started" });
        outcome = await attempt.run();
      }
      await news.end();
      await publish(job, outcome);
      metrics.jobs.inc({ outcome: outcome.kind === "failed" && outcome.passing ? "interrupted" : outcome.kind });
      log.info(outcome, "attempt ended");
    } catch (error) {
      metrics.jobs.inc({ outcome: "interrupted" });
      throw error;
    } finally {
      await news.end();
    }
    await attempt.tidy();
  };

  const giveUp = async (event: IncomingEvent, reason: string) => {
    const letter = deadLetterOf(event, reason);
    options.log.error({ letter }, "a message is given up");
    await bus.publish(topics.trainingDeadLetters, [{ key: letter.key, value: letter }]);
  };

  const refuse = async (event: IncomingEvent, problems: string) => {
    await giveUp(event, `Not a training job. ${problems}`);
    const { data: named } = z
      .object({ job_id: jobId, attempt: trainingJob.shape.attempt.catch(1) })
      .safeParse(event.value);
    if (named) await publish(named, { kind: "failed", passing: false, error: `The job is not valid. ${problems}` });
  };

  return {
    handle: (event) => {
      const { data: job, error } = trainingJob.safeParse(event.value);
      return job ? stops.whileRunning(job, (stopped) => run(job, stopped)) : refuse(event, z.prettifyError(error));
    },
    onUnreadable: (event, reason) => giveUp(event, `Not JSON. ${reason}`),
  };
}

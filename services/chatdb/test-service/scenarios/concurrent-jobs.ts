import type { Job } from "@chatdb/contracts/jobs.ts";
import { linearCsv, target } from "../dataset.ts";
import type { Gateway } from "../gateway.ts";
import { expect, waitUntil, type ScenarioDefinition } from "../scenario.ts";

const [submit, allocation, queueing, order] = [
  "Submit multiple training jobs",
  "Verify resource allocation",
  "Check job queuing",
  "Validate completion order",
] as const;

const datasetName = "test-service-concurrent.csv";
const modelName = "test-service-concurrent";
/** While models are trained, a small request may take this long, in ms: a third of what the gateway itself waits for the registry. */
const responsiveMs = 10_000;

/** "Concurrent Job Processing": jobs submitted at once all run, once each, and the gateway goes on answering. */
export function concurrentJobs(gateway: Gateway, jobCount: number): ScenarioDefinition {
  return {
    name: "Concurrent Job Processing",
    steps: [submit, allocation, queueing, order],
    async run(step) {
      let ids: string[] = [];
      let jobs: Job[] = [];
      // The newest of the model are ours: one run goes on at a time.
      const read = async () => (await gateway.jobsOf(modelName, jobCount)).filter(({ job_id }) => ids.includes(job_id));

      await step(submit, async () => {
        const { location } = await gateway.upload(datasetName, linearCsv(2000));
        const request = (seed: number) => ({
          model_name: modelName,
          dataset_location: location,
          target,
          parameters: { seed },
        });
        const accepted = await Promise.all(
          Array.from({ length: jobCount }, (_, index) => gateway.submit(request(index + 1))),
        );
        ids = accepted.map(({ job_id }) => job_id);
        expect(new Set(ids).size === jobCount, "jobs share an id", { ids });
        return { jobs: ids };
      });
      await step(allocation, async () => {
        let slowest = 0;
        jobs = await waitUntil(
          "all jobs end",
          async () => {
            const asked = performance.now();
            await gateway.models();
            slowest = Math.max(slowest, performance.now() - asked);
            return await read();
          },
          (all) => all.length === jobCount && all.every(({ finished_at }) => finished_at !== undefined),
          60_000 + jobCount * 5000,
        );
        const failed = jobs.filter(({ status }) => status !== "succeeded");
        expect(failed.length === 0, `${failed.length} jobs failed: ${failed[0]?.error}`);
        expect(slowest < responsiveMs, "training left too little for requests", { slowest_request_ms: slowest });
        return { at_once: mostAtOnce(jobs), slowest_request_ms: Math.round(slowest) };
      });
      await step(queueing, () => {
        const waited = jobs.map(({ created_at, started_at }) => Date.parse(started_at!) - Date.parse(created_at));
        const backwards = jobs.filter(
          ({ created_at, started_at, finished_at }) => !(created_at <= started_at! && started_at! <= finished_at!),
        );
        expect(backwards.length === 0, "a job started before it was queued, or ended before it started", {
          jobs: backwards.map(({ job_id }) => job_id),
        });
        return Promise.resolve({ waited_ms: waited, longest_ms: Math.max(...waited) });
      });
      await step(order, async () => {
        const finished = jobs.toSorted((a, b) => Date.parse(a.finished_at!) - Date.parse(b.finished_at!));
        const versions = finished.map(({ model }) => model!.version);
        expect(new Set(versions).size === jobCount, "two jobs claim the same version of the model", { versions });
        // The registry counts versions up as models arrive: a job that began after another had ended must have the higher one.
        const wrong = finished.flatMap((a) =>
          finished.filter((b) => a.finished_at! < b.started_at! && a.model!.version > b.model!.version),
        );
        expect(wrong.length === 0, "versions do not follow the order in which jobs ran", { versions });
        const registered = (await gateway.versions(modelName)).versions.filter(({ job_id }) => ids.includes(job_id));
        expect(registered.length === jobCount, `${jobCount} jobs made ${registered.length} versions`, {
          versions: registered.map(({ version }) => version),
        });
        return { completed: finished.map(({ job_id }) => ids.indexOf(job_id) + 1), versions };
      });
    },
  };
}

/** The most jobs that ran at the same moment. */
function mostAtOnce(jobs: Job[]): number {
  const running = (at: string) =>
    jobs.filter(({ started_at, finished_at }) => started_at! <= at && at < finished_at!).length;
  return Math.max(1, ...jobs.map(({ started_at }) => running(started_at!)));
}

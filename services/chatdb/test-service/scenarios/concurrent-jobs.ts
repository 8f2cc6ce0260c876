import type { Job } from "@chatdb/contracts/jobs.ts";
import { linearCsv, target } from "../dataset.ts";
import type { Gateway } from "../gateway.ts";
import { expect, waitUntil, type Evidence, type ScenarioDefinition } from "../scenario.ts";

const [submit, allocation, queueing, order] = [
  "Submit multiple training jobs",
  "Verify resource allocation",
  "Check job queuing",
  "Validate completion order",
] as const;

const datasetName = "test-service-concurrent.csv";
const modelName = "test-service-concurrent";
/**
 * Time limit of a small request while models are trained, ms: a third of the gateway's own time limit for the registry.
 */
const responsiveMs = 10_000;

/** "Concurrent Job Processing": jobs submitted at once all run, once each, and the gateway continues to answer. */
export function concurrentJobs(gateway: Gateway, jobCount: number): ScenarioDefinition {
  return {
    name: "Concurrent Job Processing",
    steps: [submit, allocation, queueing, order],
    async run(step) {
      let ids: string[] = [];
      let jobs: Job[] = [];

      await step(submit, async () => {
        ids = await submitJobs(gateway, jobCount);
        expect(new Set(ids).size === jobCount, "jobs share an id", { ids });
        return { jobs: ids };
      });
      await step(allocation, async () => {
        const { ended, slowestMs } = await waitForJobs(gateway, ids);
        jobs = ended;
        const failed = jobs.filter(({ status }) => status !== "succeeded");
        expect(failed.length === 0, `${failed.length} jobs failed: ${failed[0]?.error}`);
        expect(slowestMs < responsiveMs, "training left too little for requests", { slowest_request_ms: slowestMs });
        return { at_once: maxAtOnce(jobs), slowest_request_ms: Math.round(slowestMs) };
      });
      await step(queueing, () => Promise.resolve(checkTimes(jobs)));
      await step(order, () => checkVersions(gateway, ids, jobs));
    },
  };
}

async function submitJobs(gateway: Gateway, count: number): Promise<string[]> {
  const { location } = await gateway.upload(datasetName, linearCsv(2000));
  const request = (seed: number) => ({
    model_name: modelName,
    dataset_location: location,
    target,
    parameters: { seed },
  });
  const accepted = await Promise.all(Array.from({ length: count }, (_, index) => gateway.submit(request(index + 1))));
  return accepted.map(({ job_id }) => job_id);
}

/** Waits until all jobs have ended, and measures the slowest request meanwhile. */
async function waitForJobs(gateway: Gateway, ids: readonly string[]): Promise<{ ended: Job[]; slowestMs: number }> {
  let slowestMs = 0;
  const ended = await waitUntil(
    "all jobs end",
    async () => {
      const start = performance.now();
      await gateway.models();
      slowestMs = Math.max(slowestMs, performance.now() - start);
      // The newest jobs of the model are those of this run, since only one run is running.
      return (await gateway.jobsOf(modelName, ids.length)).filter(({ job_id }) => ids.includes(job_id));
    },
    (all) => all.length === ids.length && all.every(({ finished_at }) => finished_at !== undefined),
    60_000 + ids.length * 5000,
  );
  return { ended, slowestMs };
}

function checkTimes(jobs: readonly Job[]): Evidence {
  const waited = jobs.map(({ created_at, started_at }) => Date.parse(started_at!) - Date.parse(created_at));
  const backwards = jobs.filter(
    ({ created_at, started_at, finished_at }) => !(created_at <= started_at! && started_at! <= finished_at!),
  );
  expect(backwards.length === 0, "a job started before it was queued, or ended before it started", {
    jobs: backwards.map(({ job_id }) => job_id),
  });
  return { waited_ms: waited, longest_ms: Math.max(...waited) };
}

async function checkVersions(gateway: Gateway, ids: readonly string[], jobs: readonly Job[]): Promise<Evidence> {
  const finished = jobs.toSorted((a, b) => Date.parse(a.finished_at!) - Date.parse(b.finished_at!));
  const versions = finished.map(({ model }) => model!.version);
  expect(new Set(versions).size === ids.length, "two jobs claim the same version of the model", { versions });
  // The registry numbers versions as models arrive: a job that started after another had ended must have the higher
  // one.
  const wrong = finished.flatMap((a) =>
    finished.filter((b) => a.finished_at! < b.started_at! && a.model!.version > b.model!.version),
  );
  expect(wrong.length === 0, "versions do not follow the order in which jobs ran", { versions });
  const registered = (await gateway.versions(modelName)).versions.filter(({ job_id }) => ids.includes(job_id));
  expect(registered.length === ids.length, `${ids.length} jobs made ${registered.length} versions`, {
    versions: registered.map(({ version }) => version),
  });
  return { completed: finished.map(({ job_id }) => ids.indexOf(job_id) + 1), versions };
}

/** Counts the most jobs that ran at the same moment. */
function maxAtOnce(jobs: readonly Job[]): number {
  const running = (at: string) =>
    jobs.filter(({ started_at, finished_at }) => started_at! <= at && at < finished_at!).length;
  return Math.max(1, ...jobs.map(({ started_at }) => running(started_at!)));
}

import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "@chatdb/contracts/jobs.ts";
import type { ModelVersion } from "@chatdb/contracts/models.ts";
import { mulberry32 } from "../../../services/chatdb/ml-engine/training/seeded-random.ts";
import { ended, gatewayClient, type Gateway } from "./gateway.ts";
import { kubectl, podsOf, until, untilReady, type Pod } from "./kubectl.ts";
import { kill } from "./machine.ts";

/** The workloads that a job passes through, and whose processes are killed. */
const victims = [
  { namespace: "chatdb-services", name: "training-orchestrator" },
  { namespace: "chatdb-services", name: "ml-engine" },
  { namespace: "chatdb-services", name: "model-registry" },
  { namespace: "chatdb-system", name: "kafka" },
  { namespace: "chatdb-system", name: "postgres" },
  { namespace: "chatdb-system", name: "minio" },
];

/** Trainings of less than a second, and of about eight, on one core that does nothing else. */
const short = {
  model_name: "crash-short",
  dataset_location: "s3://datasets/crash.csv",
  target: "y",
  parameters: { family: "linear-regression" },
};
const long = {
  model_name: "crash-long",
  dataset_location: "s3://datasets/crash.csv",
  target: "y",
  parameters: { family: "boosted-trees", trees: 2000, leaves: 8 },
};

/** A kill follows the acceptance of its jobs within this time, in ms: while they are queued, run or end. */
const withinMs = 8000;

export interface CrashRun {
  readonly runs: number;
  readonly killed: Readonly<Record<string, number>>;
  /** All jobs that were accepted. */
  readonly jobs: readonly Job[];
  /** Versions in the registry, each with the SHA-256 of the bytes that it serves. */
  readonly versions: readonly (ModelVersion & { readonly given: string })[];
}

/**
 * Submits jobs, kills a random process in the middle of them, lets all come back, and so on; then waits until every job
 * has ended. The same seed kills the same processes at the same times.
 */
export async function crashRun({ runs, seed }: { runs: number; seed: number }): Promise<CrashRun> {
  const random = mulberry32(seed);
  const gateway = gatewayClient();
  const accepted: string[] = [];
  const killed: Record<string, number> = {};
  try {
    await gateway.put("/api/datasets/crash.csv", table(20_000));
    let deck: (typeof victims)[number][] = [];
    for (let run = 1; run <= runs; run++) {
      const sent = await Promise.all([short, long, short].map((request) => submit(gateway, request)));
      accepted.push(...sent);
      await delay(random() * withinMs);
      // Each workload is drawn once before any is drawn again, so that a short run kills all of them.
      if (deck.length === 0) deck = [...victims];
      const [victim] = deck.splice(Math.floor(random() * deck.length), 1);
      const pod = await oneOf(victim!, random);
      const before = await statuses(gateway, sent);
      await kill(pod);
      const name = pod.metadata.labels["app.kubernetes.io/name"]!;
      killed[name] = (killed[name] ?? 0) + 1;
      const start = performance.now();
      await untilBack(pod);
      await untilReady();
      console.log(
        `      ${run}: ${pod.metadata.name} killed while jobs were ${before}; all ready after ${((performance.now() - start) / 1000).toFixed(0)} s`,
      );
    }
    const jobs: Job[] = [];
    for (const id of accepted) jobs.push(await ended(gateway, id, 300));
    return { runs, killed, jobs, versions: await versions(gateway) };
  } finally {
    gateway.close();
  }
}

/** Sends a job until it is accepted, with a key that makes repetitions one job. */
async function submit(gateway: Gateway, request: typeof short): Promise<string> {
  const idempotency_key = crypto.randomUUID();
  const { job_id } = await until("a job is accepted", 120, () =>
    gateway.post<{ job_id: string }>("/api/jobs", { ...request, idempotency_key }),
  );
  return job_id;
}

/** A pod of a workload, whose process runs. */
async function oneOf({ namespace, name }: (typeof victims)[number], random: () => number): Promise<Pod> {
  return until(`a pod of ${name} runs`, 60, async () => {
    const pods = (await podsOf(namespace, name)).filter(
      ({ metadata, status }) => !metadata.deletionTimestamp && status.containerStatuses?.[0]?.state.running,
    );
    return pods[Math.floor(random() * pods.length)];
  });
}

/**
 * Until the pod runs anew, or another one in its place. Kubernetes lets a container that ended several times within
 * minutes wait for ever longer, up to five minutes; whose pod waits so is given another one, as an operator would.
 */
async function untilBack({ metadata: { name, namespace, uid, labels }, status }: Pod): Promise<void> {
  const container = status.containerStatuses![0]!.containerID;
  await until(`${name} is back`, 180, async () => {
    const same = (await podsOf(namespace, labels["app.kubernetes.io/name"]!)).find(
      ({ metadata }) => metadata.uid === uid,
    );
    const now = same?.status.containerStatuses?.[0];
    const givenUp = same?.metadata.deletionTimestamp !== undefined;
    if (now?.state.waiting?.reason === "CrashLoopBackOff" && !givenUp)
      await kubectl("delete", "pod", name, `--namespace=${namespace}`, "--wait=false");
    return !same || (now?.ready === true && now.containerID !== container) ? true : undefined;
  });
}

async function statuses(gateway: Gateway, ids: readonly string[]): Promise<string> {
  const jobs = await Promise.all(
    ids.map((id) => gateway.get<Job>(`/api/jobs/${id}`).catch(() => ({ status: "out of reach" }))),
  );
  return jobs.map(({ status }) => status).join(", ");
}

async function versions(gateway: Gateway): Promise<(ModelVersion & { given: string })[]> {
  const lists = await Promise.all(
    [short, long].map(({ model_name }) =>
      gateway.get<{ versions: ModelVersion[] }>(`/api/models/${model_name}?limit=1000`),
    ),
  );
  const all: (ModelVersion & { given: string })[] = [];
  for (const version of lists.flatMap(({ versions }) => versions)) {
    const bytes = await gateway.bytes(`/api/models/${version.name}/${version.version}/artifact`);
    all.push({ ...version, given: createHash("sha256").update(bytes).digest("hex") });
  }
  return all;
}

/** Rows of ten numbers and one that follows from them, with noise; always the same. */
function table(rows: number): string {
  const random = mulberry32(7);
  const columns = Array.from({ length: 10 }, (_, column) => `x${column}`);
  const lines = Array.from({ length: rows }, () => {
    const x = columns.map(() => Math.round(random() * 1000) / 100);
    const y = x[0]! * x[1]! - 3 * x[2]! + (x[3]! > 5 ? 20 : 0) + random();
    return [...x, y.toFixed(3)].join(",");
  });
  return [[...columns, "y"].join(","), ...lines].join("\n");
}

import type { Job } from "@chatdb/contracts/jobs.ts";
import type { Run } from "@chatdb/test-service/report.ts";
import { expect } from "chai";
import { linearCsv } from "../support/gateway.ts";
import { kubectl, kubectlJson, podsOf, portForward, until, type Pod, type PortForward } from "../support/kubectl.ts";
import { peaksDuring, peaksInWords } from "../support/resource-use.ts";
import { stack } from "./stack.ts";

const inPostgres = ["exec", "--namespace=chatdb-system", "postgres-0", "--"];

const layers = [
  { namespace: "chatdb-system", names: ["postgres", "kafka", "minio"] },
  { namespace: "chatdb-services", names: ["training-orchestrator", "model-registry"] },
  { namespace: "chatdb-services", names: ["ml-engine", "query-parser", "db-connector", "prediction-service"] },
  { namespace: "chatdb-services", names: ["api-gateway"] },
];

interface Answer {
  readonly statement: { readonly sql: string };
  readonly rows: unknown[][];
  readonly took_ms: number;
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, {
    ...init,
    headers: { "content-type": "application/json", ...init?.headers },
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${init?.method ?? "GET"} ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

const post = <T>(url: string, body: unknown) => json<T>(url, { method: "POST", body: JSON.stringify(body) });

describe("ChatDB dev on a real Kubernetes", function () {
  this.timeout(300_000);
  let gateway: PortForward;

  const ask = (query: string) => post<Answer>(`${gateway.url}/api/query`, { query });
  /** Submits a job until it is accepted: what was just killed may still refuse. */
  const submit = (model_name: string) =>
    until("a job is accepted", 60, () =>
      post<Job>(`${gateway.url}/api/jobs`, { model_name, dataset_location: "s3://datasets/kill.csv", target: "y" }),
    );
  /** A new way in: a port-forward follows one pod and ends with it. */
  const reconnect = async () => {
    gateway?.close();
    gateway = await until("the gateway answers", 120, async () => {
      const forward = await portForward("chatdb-services", "service/api-gateway", 80);
      return (await fetch(`${forward.url}/health`).then(
        (response) => response.ok,
        () => false,
      ))
        ? forward
        : void forward.close();
    });
  };

  before(() => reconnect());
  after(() => gateway?.close());

  it("starts in the specification's order: no pod of a layer before the last one is ready", async () => {
    const layerPods: Pod[][] = [];
    for (const { namespace, names } of layers) {
      layerPods.push((await Promise.all(names.map((name) => podsOf(namespace, name)))).flat());
    }
    const readyAt = (pod: Pod) =>
      Date.parse(pod.status.conditions!.find(({ type }) => type === "Ready")!.lastTransitionTime);
    const startedAt = (pod: Pod) => Date.parse(pod.status.startTime!);
    for (const [number, pods] of layerPods.entries()) {
      expect(pods.length, layers[number]!.names.join(", ")).to.be.at.least(layers[number]!.names.length);
      if (number === 0) continue;
      const earlierReady = Math.max(...layerPods[number - 1]!.map(readyAt));
      for (const pod of pods) expect(startedAt(pod), `${pod.metadata.name} started`).to.be.at.least(earlierReady);
    }
  });

  it("answers a question in plain English with the SQL, the rows and the time taken", async () => {
    const answer = await ask("how many customers are there in Germany?");
    const counted = await kubectl(
      ...inPostgres,
      "psql",
      "--username=postgres",
      "--dbname=shop",
      "-tAc",
      "select count(*) from customers where country = 'Germany'",
    );
    expect(answer.statement.sql.toLowerCase()).to.include("count(");
    expect(answer.rows).to.deep.equal([[Number(counted)]]);
    expect(Number(counted)).to.be.greaterThan(0);
    expect(answer.took_ms).to.be.greaterThan(0);
  });

  it("refuses what it did not understand with 422", async () => {
    const response = await fetch(`${gateway.url}/api/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "sing me a song about the sea" }),
    });
    expect(response.status).to.equal(422);
    expect(response.headers.get("content-type")).to.include("application/problem+json");
  });

  for (const jobs of [10, 50]) {
    it(`passes the three integration scenarios through the gateway, with ${jobs} jobs at once`, async function () {
      this.timeout(600_000);
      const tests = await portForward("chatdb-testing", "service/test-service", 8001);
      try {
        const { result, peaks } = await peaksDuring(async () => {
          const { run_id } = await post<Run>(`${tests.url}/runs`, { jobs });
          return until("the run ends", 500, async () => {
            const run = await json<Run>(`${tests.url}/runs/${run_id}`);
            return run.status === "running" ? undefined : run;
          });
        });
        expect(result.scenarios).to.have.length(3);
        for (const { name, status, steps } of result.scenarios)
          expect(status, `${name}: ${JSON.stringify(steps)}`).to.equal("passed");
        const { steps, took_ms } = result.scenarios[2]!;
        const [, allocation, queueing, order] = steps.map(({ evidence }) => evidence);
        console.log(
          `      ${jobs} jobs in ${(took_ms / 1000).toFixed(0)} s, ${JSON.stringify(allocation!.at_once)} at once, the longest wait ${(Number(queueing!.longest_ms) / 1000).toFixed(1)} s, the slowest request meanwhile ${JSON.stringify(allocation!.slowest_request_ms)} ms`,
        );
        console.log(`      in the order ${JSON.stringify(order!.completed)}`);
        console.log(`      at the most: ${peaksInWords(peaks)}`);
      } finally {
        tests.close();
      }
    });
  }

  it("loses no accepted job and no row when any one pod is killed", async function () {
    this.timeout(900_000);
    await fetch(`${gateway.url}/api/datasets/kill.csv`, {
      method: "PUT",
      headers: { "content-type": "text/csv" },
      body: linearCsv(),
    });
    const before = (await ask("list customers in Germany")).rows;
    const accepted: string[] = [];
    for (const { namespace, names } of layers) {
      for (const name of names) {
        for (let job = 0; job < 2; job++) {
          const { job_id } = await submit(`kill-${name}`);
          accepted.push(job_id);
        }
        const [victim] = await podsOf(namespace, name);
        await kubectl("delete", "pod", "--namespace", namespace, victim!.metadata.name, "--grace-period=0", "--force");
        await until(`${name} is back`, 180, async () => {
          const pods = await podsOf(namespace, name);
          const fresh = pods.filter(({ metadata }) => metadata.uid !== victim!.metadata.uid);
          return fresh.length > 0 && fresh.every(({ status }) => status.containerStatuses?.every(({ ready }) => ready))
            ? true
            : undefined;
        });
        await reconnect();
      }
    }
    for (const id of accepted) {
      const job = await until(`job ${id} ends`, 120, async () => {
        const job = await json<Job>(`${gateway.url}/api/jobs/${id}`);
        return job.status === "queued" || job.status === "running" ? undefined : job;
      });
      expect(job.status, `job ${id}: ${job.error ?? ""}`).to.equal("succeeded");
    }
    expect((await until("the database answers", 60, () => ask("list customers in Germany"))).rows).to.deep.equal(
      before,
    );
  });

  it("has nothing left to change in a second preview", async function () {
    if (!stack.changes) {
      console.log("      skipped: `pulumi` is not on PATH, and rendered manifests cannot tell");
      this.skip();
    }
    const changes = await stack.changes();
    expect(Object.keys(changes)).to.deep.equal(["same"]);
  });

  it("keeps passwords over a second up", async function () {
    if (!stack.changes) {
      console.log("      skipped: a rendering for tests makes up passwords each time");
      this.skip();
    }
    const passwords = async () => {
      const { items } = await kubectlJson<{ items: { metadata: { name: string }; data: unknown }[] }>(
        "get",
        "secrets",
        "--namespace=chatdb-services",
      );
      return items
        .map(({ metadata, data }) => ({ name: metadata.name, data }))
        .sort((a, b) => a.name.localeCompare(b.name));
    };
    const before = await passwords();
    expect(before).to.not.be.empty;
    await stack.up();
    expect(await passwords()).to.deep.equal(before);
  });
});

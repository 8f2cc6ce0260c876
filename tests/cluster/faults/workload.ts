import { expect } from "chai";
import { gatewayClient, linearCsv, succeeded, type Gateway } from "../support/gateway.ts";
import { startLoad, type Load, type Step } from "../support/load.ts";

const job = { model_name: "load", dataset_location: "s3://datasets/load.csv", target: "y" };

/** Requests that change nothing. */
const asking: readonly Step[] = [
  { name: "question", method: "POST", path: "/api/query", body: { query: "how many customers are there in Germany?" } },
  {
    name: "prediction",
    method: "POST",
    path: "/api/predict",
    body: { model_name: "load", version: 1, features: { x: 7 } },
  },
  { name: "parse", method: "POST", path: "/api/parse", body: { query: "list customers in Germany" } },
  { name: "question", method: "POST", path: "/api/query", body: { query: "list customers in Germany" } },
  { name: "prediction", method: "POST", path: "/api/predict", body: { model_name: "load", features: { x: 7 } } },
  { name: "models", method: "GET", path: "/api/models" },
  { name: "engine", method: "GET", path: "/api/engine" },
  { name: "jobs", method: "GET", path: "/api/jobs?limit=5" },
];

/** The requests in the proportions of the list: many questions, and now and then a training. */
const script: readonly Step[] = [
  ...asking,
  ...asking,
  ...asking,
  { name: "job", method: "POST", path: "/api/jobs", body: job },
];

/** A load on ChatDB, and what must not get lost under it. */
export interface Workload {
  readonly load: Load;
  readonly gateway: Gateway;
  /** Expects that every job of the list succeeds and that the first model and the rows are unchanged. */
  nothingIsLost(jobs: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Trains a model to be asked for predictions, and starts the load. */
export async function startWorkload({ rate = 10, connections = 8 } = {}): Promise<Workload> {
  const gateway = gatewayClient();
  const rows = () =>
    gateway.post<{ rows: unknown[][] }>("/api/query", { query: "list customers in Germany" }).then(({ rows }) => rows);
  const model = () => gateway.get("/api/models/load/1");
  await gateway.put("/api/datasets/load.csv", linearCsv());
  const { job_id } = await gateway.post<{ job_id: string }>("/api/jobs", job);
  await succeeded(gateway, job_id);
  const before = { rows: await rows(), model: await model() };
  const load = await startLoad({ rate, connections, script });
  return {
    load,
    gateway,
    nothingIsLost: async (jobs) => {
      for (const id of jobs) await succeeded(gateway, id);
      expect(await model()).to.deep.equal(before.model);
      expect(await rows()).to.deep.equal(before.rows);
    },
    stop: async () => {
      gateway.close();
      await load.stop();
    },
  };
}

/* A thread that asks for jobs, and reports how long each answer took. */
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Pool } from "undici";

export interface Load {
  url: string;
  connections: number;
  seconds: number;
  /** Requests per second of all connections together. Default: each sends the next request after an answer. */
  perSecond?: number;
}

export interface Taken {
  /** Latencies of accepted requests since they were due, ms. */
  times: number[];
  refused: number;
}

const { url, connections, seconds, perSecond } = workerData as Load;
const { origin, pathname: path } = new URL(url);
const pool = new Pool(origin, { connections });
const taken: Taken = { times: [], refused: 0 };
const begin = performance.now();
const end = begin + seconds * 1000;
let count = 0;

async function ask(due: number): Promise<void> {
  const n = count++;
  const body = JSON.stringify({
    model_name: `model-${n % 50}`,
    dataset_location: "s3://datasets/houses.csv",
    target: "price",
    parameters: { seed: n },
    idempotency_key: `${begin}-${n}`,
  });
  const answer = await pool.request({ path, method: "POST", headers: { "content-type": "application/json" }, body });
  await answer.body.dump();
  if (answer.statusCode === 202) taken.times.push(performance.now() - due);
  else taken.refused++;
}

if (perSecond === undefined) {
  const connection = async () => {
    while (performance.now() < end) await ask(performance.now());
  };
  await Promise.all(Array.from({ length: connections }, connection));
} else {
  const sent: Promise<void>[] = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = begin + (n * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await delay(early);
    sent.push(ask(due));
  }
  await Promise.all(sent);
}
await pool.close();
parentPort!.postMessage(taken);

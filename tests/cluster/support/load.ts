import { setTimeout as delay } from "node:timers/promises";
import { kubectlJson, portForward } from "./kubectl.ts";
import { outside, startOutsider, stopOutsiders } from "./outside.ts";

/** One kind of request that the load is made of. */
export interface Step {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Results of the requests that ended within a lap. */
export interface Lap {
  readonly seconds: number;
  readonly requests: number;
  /** By step and status, or by step and code of the error. */
  readonly counts: Record<string, number>;
  /** Every answer that was no 2xx, and every connection that failed. */
  readonly failures: readonly {
    readonly at: string;
    readonly name: string;
    readonly result: number | string;
    readonly ms: number;
    readonly text: string;
  }[];
  /** Jobs that were accepted. */
  readonly jobs: readonly string[];
  readonly ms: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** A steady load on the gateway from within the cluster. */
export interface Load {
  /** Results of the requests that ended since the last lap. */
  lap(): Promise<Lap>;
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Requests a second. */
  readonly rate: number;
  /** Connections that are kept alive. */
  readonly connections: number;
  readonly script: readonly Step[];
}

/** Starts a load from the first node, since faults hit the others. */
export async function startLoad({ rate, connections, script }: LoadOptions): Promise<Load> {
  const name = "load-generator";
  const { items } = await kubectlJson<{ items: { metadata: { name: string } }[] }>("get", "nodes");
  const GATEWAY_URL = "http://api-gateway.chatdb-services.svc.cluster.local";
  const env = { GATEWAY_URL, RATE: String(rate), CONNECTIONS: String(connections), SCRIPT: JSON.stringify(script) };
  await startOutsider(name, { env, nodeName: items[0]!.metadata.name, port: 8090 });
  const forward = await portForward(outside, `pod/${name}`, 8090);
  const lap = async () => (await fetch(forward.url, { method: "POST" })).json() as Promise<Lap>;
  await lap();
  return {
    lap,
    stop: async () => {
      forward.close();
      await stopOutsiders();
    },
  };
}

/** Longer than the time limit of any request: after a lap without failures, no request hangs. */
const conclusiveMs = 8000;

/**
 * The first lap in which every request succeeded. @throws Error when there is none within two minutes, with what failed
 * in the last one
 */
export async function servedAgain(load: Load): Promise<Lap> {
  await load.lap();
  for (const start = performance.now(); ; ) {
    await delay(conclusiveMs);
    const latest = await load.lap();
    if (latest.failures.length === 0) return latest;
    if (performance.now() - start > 120_000)
      throw new Error(`Requests go on failing: ${failuresOf(latest).join("; ")}`);
  }
}

/** A 503 or 504 after this time is a time limit, not a rejection. */
const waitedMs = 2500;

/** Codes of the load's own time limits: for an answer, and for DNS. */
const ownLimits: readonly (number | string)[] = ["ABORT_ERR", "EAI_AGAIN"];

/**
 * What a change of the stack broke, each way once: every request that was refused or cut off, and those that ran out of
 * time where they are more than a machine without a spare CPU explains.
 * @param lateShare of the requests, how many may run out of time; default 0.005, for pods that start a few at a time
 */
export function brokenIn(lap: Lap, lateShare = 0.005): string[] {
  const ranOutOfTime = ({ result, ms }: Lap["failures"][number]) =>
    ownLimits.includes(result) || ((result === 503 || result === 504) && ms >= waitedMs);
  const { late = [], broken = [] } = Object.groupBy(lap.failures, (failure) =>
    ranOutOfTime(failure) ? "late" : "broken",
  );
  return failuresOf({ ...lap, failures: late.length > lateShare * lap.requests ? lap.failures : broken });
}

/** A lap in one line. */
export function figures({ requests, seconds, failures, ms, jobs }: Lap): string {
  return `${requests} requests in ${seconds.toFixed(0)} s (${(requests / seconds).toFixed(1)}/s), ${failures.length} failed, p50 ${ms.p50} ms, p99 ${ms.p99} ms, longest ${ms.max} ms; ${jobs.length} jobs accepted`;
}

/** Each kind of failure of a lap once, with its count and its first occurrence. */
export function failuresOf({ failures }: Lap): string[] {
  const ways = Object.values(
    Object.groupBy(failures, ({ name, result, text }) => `${name} ${result} ${text.replace(/[0-9a-f-]{36}/g, "ID")}`),
  );
  return ways.map(
    (same) =>
      `${same!.length} x ${same![0]!.name} ${same![0]!.result} at ${same![0]!.at} after ${same![0]!.ms} ms: ${same![0]!.text}`,
  );
}

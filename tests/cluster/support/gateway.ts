import type { Job } from "@chatdb/contracts/jobs.ts";
import { portForward, until } from "./kubectl.ts";

/** The gateway as a client on this machine sees it. */
export interface Gateway {
  get<T>(path: string): Promise<T>;
  bytes(path: string): Promise<Uint8Array>;
  /** Null where the answer is empty. */
  post<T>(path: string, body: unknown): Promise<T>;
  /** Uploads a data set. */
  put(path: string, csv: string): Promise<void>;
  close(): void;
}

/** A client of the gateway that moves to another pod when the present one is gone. */
export function gatewayClient(): Gateway {
  let forward: Awaited<ReturnType<typeof portForward>> | undefined;
  const reached = async () => {
    const ok = async (url: string) =>
      fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) }).then(
        (response) => response.ok,
        () => false,
      );
    if (forward && (await ok(forward.url))) return forward;
    forward?.close();
    forward = undefined;
    const fresh = await portForward("chatdb-services", "service/api-gateway", 80);
    if (await ok(fresh.url)) return (forward = fresh);
    return void fresh.close();
  };
  const ask = async (method: string, path: string, type?: string, body?: string): Promise<Buffer> => {
    const { url } = await until("the gateway answers", 120, reached);
    const content = type === undefined ? {} : { headers: { "content-type": type }, body: body! };
    const response = await fetch(`${url}${path}`, { method, ...content, signal: AbortSignal.timeout(20_000) });
    const answer = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.toString()}`);
    return answer;
  };
  return {
    get: async <T>(path: string) => JSON.parse((await ask("GET", path)).toString()) as T,
    bytes: (path) => ask("GET", path),
    post: async <T>(path: string, body: unknown) =>
      JSON.parse((await ask("POST", path, "application/json", JSON.stringify(body))).toString() || "null") as T,
    put: async (path, csv) => void (await ask("PUT", path, "text/csv", csv)),
    close: () => forward?.close(),
  };
}

/** y = 3 x + 1, a hundred times. */
export function linearCsv(): string {
  return ["x,y", ...Array.from({ length: 100 }, (_, x) => `${x},${3 * x + 1}`)].join("\n");
}

/** Waits until a job has ended, successfully or not. */
export function ended(gateway: Gateway, job_id: string, seconds: number): Promise<Job> {
  return until(`job ${job_id} ends`, seconds, async () => {
    const job = await gateway.get<Job>(`/api/jobs/${job_id}`);
    if (job.status === "queued" || job.status === "running")
      throw new Error(`It has not ended: ${JSON.stringify(job)}`);
    return job;
  });
}

/** Waits until a job has ended. @throws Error unless it succeeded */
export async function succeeded(gateway: Gateway, job_id: string, seconds = 120): Promise<Job> {
  const job = await ended(gateway, job_id, seconds);
  if (job.status !== "succeeded") throw new Error(`job ${job_id} ${job.status}: ${job.error ?? ""}`);
  return job;
}

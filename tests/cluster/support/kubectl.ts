import { execFile, spawn, type ChildProcess } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs kubectl and returns what it prints. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run("kubectl", args, { maxBuffer: 64 * 2 ** 20 });
  return stdout;
}

/** Runs kubectl and reads what it prints as JSON. */
export async function kubectlJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl(...args, "--output=json")) as T;
}

export interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string>; readonly uid: string };
  readonly status: {
    readonly phase: string;
    readonly startTime?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly lastTransitionTime: string }[];
    readonly containerStatuses?: readonly { readonly ready: boolean; readonly restartCount: number; readonly state: { readonly running?: { readonly startedAt: string } } }[];
  };
}

/** The pods of a workload, by its name. */
export async function podsOf(namespace: string, name: string): Promise<Pod[]> {
  const { items } = await kubectlJson<{ items: Pod[] }>("get", "pods", "--namespace", namespace, "--selector", `app.kubernetes.io/name=${name}`);
  return items;
}

/**
 * Asks until the answer is not undefined.
 * @throws Error with `what` after `seconds`.
 */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let lastError: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`${what}: not within ${seconds} s`, { cause: lastError });
}

/** A local port that leads to a Service. */
export interface PortForward {
  readonly url: string;
  close(): void;
}

/** Opens a port-forward on a free local port. It follows one pod: open another after that pod is gone. */
export async function portForward(namespace: string, service: string, port: number): Promise<PortForward> {
  const child: ChildProcess = spawn("kubectl", ["port-forward", "--namespace", namespace, `service/${service}`, `:${port}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const localPort = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const match = /127\.0\.0\.1:(\d+)/.exec(output);
      if (match) resolve(match[1]!);
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.on("close", () => reject(new Error(`kubectl port-forward ended: ${output}`)));
  });
  return { url: `http://127.0.0.1:${localPort}`, close: () => void child.kill() };
}

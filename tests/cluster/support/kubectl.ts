import { execFile, spawn, type ChildProcess } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs kubectl and returns what it prints. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run("kubectl", args, { maxBuffer: 64 * 2 ** 20 });
  return stdout;
}

/** Runs a command in a pod, or in one of a Deployment's, with `input` as its standard input; returns what it prints. */
export async function inPod(
  namespace: string,
  pod: string,
  command: readonly string[],
  input: string,
): Promise<string> {
  const running = run("kubectl", ["exec", "--stdin", "--namespace", namespace, pod, "--", ...command]);
  running.child.stdin!.end(input);
  return (await running).stdout;
}

/** Creates an object, or brings it to this state. */
export async function apply(object: object): Promise<void> {
  const child = run("kubectl", ["apply", "--server-side", "--filename=-"]);
  child.child.stdin!.end(JSON.stringify(object));
  await child;
}

/** Runs kubectl and reads what it prints as JSON. */
export async function kubectlJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl(...args, "--output=json")) as T;
}

interface ContainerState {
  readonly waiting?: { readonly reason: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: { readonly reason: string; readonly exitCode: number; readonly finishedAt: string };
}

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Record<string, string>;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly startTime?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime: string;
    }[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly containerID?: string;
      readonly state: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}

/** The pods of a workload, by its name. */
export async function podsOf(namespace: string, name: string): Promise<Pod[]> {
  const { items } = await kubectlJson<{ items: Pod[] }>(
    "get",
    "pods",
    "--namespace",
    namespace,
    "--selector",
    `app.kubernetes.io/name=${name}`,
  );
  return items;
}

/** Waits until a Deployment's rolling update is complete and its old pods are gone. */
export async function untilRolled(namespace: string, name: string): Promise<void> {
  await kubectl("rollout", "status", `deployment/${name}`, "--namespace", namespace, "--timeout=300s");
  await until(`the old pods of ${name} are gone`, 120, async () =>
    (await podsOf(namespace, name)).some(({ metadata }) => metadata.deletionTimestamp) ? undefined : true,
  );
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
  const why = lastError instanceof Error ? `; at last: ${lastError.message}` : "";
  throw new Error(`${what}: not within ${seconds} s${why}`, { cause: lastError });
}

/** A local port that leads to a Service. */
export interface PortForward {
  readonly url: string;
  close(): void;
}

/**
 * Opens a port-forward to `service/...` or `pod/...` on a free local port. It follows one pod: open another after that
 * pod is gone.
 */
export async function portForward(namespace: string, to: string, port: number): Promise<PortForward> {
  const child: ChildProcess = spawn("kubectl", ["port-forward", "--namespace", namespace, to, `:${port}`], {
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

interface Replicas {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly generation: number };
    readonly spec: { readonly replicas: number };
    readonly status: {
      readonly observedGeneration?: number;
      readonly replicas?: number;
      readonly readyReplicas?: number;
      readonly updatedReplicas?: number;
    };
  }[];
}

interface Autoscalers {
  readonly items: readonly {
    readonly spec: { readonly minReplicas: number; readonly scaleTargetRef: { readonly name: string } };
  }[];
}

/**
 * Waits until every workload of ChatDB has exactly its replicas, all ready, and autoscaled ones at least their minimum.
 */
export async function untilReady(seconds = 240): Promise<void> {
  let missing: string[] = [];
  const allReady = async () => {
    const found = await Promise.all(
      namespaces.map(async (namespace) => {
        const of = ["--namespace", namespace];
        const autoscaled = await kubectlJson<Autoscalers>("get", "horizontalpodautoscalers", ...of);
        const least = new Map(autoscaled.items.map(({ spec }) => [spec.scaleTargetRef.name, spec.minReplicas]));
        const { items } = await kubectlJson<Replicas>("get", "deployments,statefulsets", ...of);
        return items.filter(({ metadata, spec, status }) => {
          const { observedGeneration, replicas, readyReplicas, updatedReplicas } = status;
          const settled = [replicas, readyReplicas, updatedReplicas].every((count) => count === spec.replicas);
          return (
            !settled || observedGeneration !== metadata.generation || spec.replicas < (least.get(metadata.name) ?? 0)
          );
        });
      }),
    );
    missing = found.flat().map(({ metadata }) => metadata.name);
    return missing.length === 0 ? true : undefined;
  };
  await until("all workloads are ready", seconds, allReady).catch((error: unknown) => {
    throw new Error(`not ready within ${seconds} s: ${missing.join(", ")}`, { cause: error });
  });
}

/** ChatDB's namespaces. */
export const namespaces = ["chatdb-system", "chatdb-services", "chatdb-testing"];

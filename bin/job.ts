import { setTimeout as delay } from "node:timers/promises";
import type { Kubectl } from "./kubectl.ts";

interface Container {
  name: string;
  args?: string[];
  env?: { name: string; value?: string }[];
}

/** The parts of a Job that are changed before it is started. */
export interface Job {
  metadata: { name: string; namespace: string; labels?: Record<string, string>; [more: string]: unknown };
  spec: {
    template: {
      metadata: { labels?: Record<string, string> };
      spec: { initContainers?: Container[]; containers: [Container, ...Container[]] };
    };
    [more: string]: unknown;
  };
  status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

interface PodStatus {
  phase: string;
  initContainerStatuses?: { name: string; state: Record<string, { reason?: string; message?: string }> }[];
  containerStatuses?: PodStatus["initContainerStatuses"];
}

/** A name that no other Job has: the time is part of it. */
export function jobName(base: string): string {
  return `${base}-${Date.now().toString(36)}`;
}

/**
 * The Job that a CronJob would start, not started yet.
 * @throws Error where there is no such CronJob
 */
export function jobFrom(kubectl: Kubectl, namespace: string, cronJob: string): Job {
  const args = [
    "create",
    "job",
    jobName(cronJob),
    `--from=cronjob/${cronJob}`,
    "--namespace",
    namespace,
    "--dry-run=client",
    "--output=json",
  ];
  return JSON.parse(kubectl(args)) as Job;
}

/**
 * Runs a Job to its end and tells each change on the way.
 * @returns what its last container wrote
 * @throws Error when it fails, with the end of the log of the container that did
 */
export async function runJob(kubectl: Kubectl, job: Job, tell: (progress: string) => void): Promise<string> {
  const { name, namespace } = job.metadata;
  kubectl(["create", "--filename=-"], JSON.stringify(job));
  const log = (container: string, ...more: string[]) =>
    kubectl(["logs", "--namespace", namespace, `job/${name}`, "--container", container, ...more]);
  for (let told = ""; ; await delay(500)) {
    const { status } = JSON.parse(kubectl(["get", "job", name, "--namespace", namespace, "--output=json"])) as Job;
    const pods = podsOf(kubectl, job);
    const end = status?.conditions?.find(
      (condition) => condition.status === "True" && ["Complete", "Failed"].includes(condition.type),
    );
    if (end?.type === "Complete") return log(job.spec.template.spec.containers[0].name);
    if (end !== undefined) throw new Error(`The Job ${name} failed (${end.message ?? end.reason}).${failures(pods)}`);
    const progress = pods.map(describePod).at(-1) ?? "";
    if (progress !== told && progress !== "") tell(progress);
    told = progress;
  }
}

function podsOf(
  kubectl: Kubectl,
  { metadata: { name, namespace } }: Job,
): { metadata: { name: string }; status: PodStatus }[] {
  const { items } = JSON.parse(
    kubectl([
      "get",
      "pods",
      "--namespace",
      namespace,
      "--selector",
      `batch.kubernetes.io/job-name=${name}`,
      "--sort-by=.metadata.creationTimestamp",
      "--output=json",
    ]),
  ) as {
    items: { metadata: { name: string }; status: PodStatus }[];
  };
  return items;
}

/** What the pod does at the moment: "fetch: ImagePullBackOff". */
function describePod({ status }: { status: PodStatus }): string {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const current = containers.find(({ state }) => !state.terminated);
  if (current === undefined) return status.phase === "Pending" ? "waiting for a node" : "";
  const reason = current.state.waiting?.reason;
  return current.state.running || reason === undefined
    ? `${current.name}: running`
    : reason === "PodInitializing"
      ? ""
      : `${current.name}: ${reason}`;
}

/** What the last container that failed said: see `terminationMessagePolicy`. */
function failures(pods: ReturnType<typeof podsOf>): string {
  const failed = pods.flatMap(({ metadata, status }) =>
    [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
      .filter(({ state }) => state.terminated && state.terminated.reason !== "Completed")
      .map(
        ({ name, state }) =>
          `\n${metadata.name}, ${name}:\n${(state.terminated!.message ?? state.terminated!.reason ?? "").trimEnd()}`,
      ),
  );
  return failed.at(-1) ?? "";
}

import { jobFrom, jobName, runJob, type Job } from "./job.ts";
import type { Kubectl } from "./kubectl.ts";

/** A complete backup of PostgreSQL. */
export interface Backup {
  /** When it was begun, in UTC: `20261121T060000Z`. */
  readonly time: string;
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

/** Where backups are made, and whom to tell what happens. */
export interface Place {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly tell: (progress: string) => void;
}

/** Takes a backup now. Returns what the Job that stored it wrote. */
export function backUp({ kubectl, namespace, tell }: Place): Promise<string> {
  return runJob(kubectl, template({ kubectl, namespace }, "postgres-backup"), tell);
}

/**
 * The complete backups, the newest first.
 * @throws Error where the cluster has lost the Job's log, which holds them
 */
export async function listBackups({ kubectl, namespace, tell }: Place): Promise<Backup[]> {
  const job = template({ kubectl, namespace }, "postgres-restore");
  const { initContainers: [fetch] = [], ...pod } = job.spec.template.spec;
  job.spec.template.spec = { ...pod, containers: [{ ...fetch!, args: ["main.js", "backup-list"] }] };
  const output = await runJob(kubectl, job, tell);
  const line = output.split("\n").find((line) => line.startsWith('{"backups":'));
  if (line === undefined)
    throw new Error(`the Job ${job.metadata.name} listed the backups, and the cluster has lost its log. Try again.`);
  return (JSON.parse(line) as { backups: Backup[] }).backups;
}

/**
 * Replaces the databases by those of a backup, and gives the services' logins the passwords that the Secrets have.
 * @throws Error where the backup cannot be restored; the databases are then as they were
 */
export async function restore({ kubectl, namespace, tell }: Place, from: string): Promise<void> {
  const job = template({ kubectl, namespace }, "postgres-restore");
  for (const step of job.spec.template.spec.initContainers ?? [])
    (step.env ??= []).push({ name: "BACKUP_FROM", value: from });
  tell((await runJob(kubectl, job, tell)).trimEnd());
  await setPasswords({ kubectl, namespace, tell });
}

/**
 * Backups have no passwords, and lack the logins that are younger than they: the Jobs that made the logins are run
 * again.
 */
async function setPasswords({ kubectl, namespace, tell }: Place): Promise<void> {
  const { items } = JSON.parse(kubectl(["get", "jobs", "--namespace", namespace, "--output=json"])) as { items: Job[] };
  const original = items.filter(
    ({ metadata, spec }) =>
      spec.template.spec.containers[0].args?.[1] === "database" && metadata.labels?.[repeats] === undefined,
  );
  if (original.length === 0) {
    throw new Error(
      `the data is restored, but the services cannot log in: ${namespace} has no Jobs that make their logins. Deploy the stack again, after \`pulumi refresh\`.`,
    );
  }
  tell(`setting passwords: ${original.map(({ metadata }) => metadata.name).join(", ")}`);
  await Promise.all(original.map((job) => runJob(kubectl, repeated(job), () => undefined)));
}

/** Label of a Job that repeats another. */
const repeats = "chatdb/repeats";

/** The same Job once more: without what the cluster added to it. */
function repeated({ metadata: { name, namespace, labels }, spec: { template, ...spec } }: Job): Job {
  const own = (all: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(all).filter(([label]) => !/(^|\/)(controller-uid|job-name)$/.test(label)));
  const copy = {
    ...spec,
    selector: undefined,
    manualSelector: undefined,
    ttlSecondsAfterFinished: 3600,
    template: { ...template, metadata: { labels: own(template.metadata.labels) } },
  };
  // Names of pods have 63 characters, and are the Job's with a suffix.
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: jobName(name.slice(0, 45)), namespace, labels: { ...own(labels), [repeats]: name } },
    spec: copy,
  } as Job;
}

function template({ kubectl, namespace }: Pick<Place, "kubectl" | "namespace">, cronJob: string): Job {
  try {
    return jobFrom(kubectl, namespace, cronJob);
  } catch (error) {
    if (!(error as Error).message.includes("NotFound")) throw error;
    throw new Error(
      `there is no CronJob ${cronJob} in ${namespace}: ChatDB is not deployed there, or its setting \`chatdb:postgres.backup\` is off, or PostgreSQL is elsewhere.`,
      { cause: error },
    );
  }
}

import type { Job, JobEvent } from "@chatdb/contracts/jobs.ts";
import { printable } from "./table.ts";

/** Describes a job's state in a few words. */
export function standing({ status, progress, step, error, model, next_attempt_at }: Job): string {
  if (status === "running") return `${percent(progress)} ${printable(step ?? "")}`.trimEnd();
  if (status === "succeeded") return model === undefined ? "" : `version ${model.version}`;
  const again = next_attempt_at === undefined ? "" : `; again at ${next_attempt_at}`;
  return error === undefined ? "" : `${printable(error)}${again}`;
}

/** Describes an entry of a job's history, without its time. */
export function entryText({ kind, attempt, text, progress }: JobEvent): string {
  const details = text === undefined ? "" : printable(text);
  if (kind === "progress") return `${percent(progress ?? 0)} ${details}`.trimEnd();
  if (kind === "log") return details;
  return `${kind}${attempt > 1 ? `, attempt ${attempt}` : ""}${details === "" ? "" : `: ${details}`}`;
}

export const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** Formats metrics in one line. */
export const metricsText = (metrics: Record<string, number> = {}): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(5))}`)
    .join(", ");

import type { Job, JobEvent } from "@chatdb/contracts/jobs.ts";
import type { Family } from "@chatdb/contracts/families.ts";

const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 5 });
const moments = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** Formats a number with five significant digits. */
export const formatNumber = (value: number): string => figures.format(value);

/** Formats an instant in the person's time zone. */
export const formatMoment = (iso: string): string => moments.format(new Date(iso));

/** Formats a number of bytes. */
export function formatBytes(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${figures.format(Number((bytes / 1000 ** power).toPrecision(3)))} ${["bytes", "kB", "MB", "GB", "TB"][power]}`;
}

/** Formats the duration between two ISO times. */
export function formatDuration(from: string, to: string): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  if (seconds < 60) return `${Number(seconds.toPrecision(2))} s`;
  return seconds < 3600
    ? `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
    : `${Number((seconds / 3600).toPrecision(3))} h`;
}

export const familyNames: Readonly<Record<Family, string>> = {
  "linear-regression": "Linear regression",
  "logistic-regression": "Logistic regression",
  "boosted-trees": "Boosted trees",
  "k-nearest-neighbours": "Nearest neighbours",
  "text-classification": "Text classification",
};

/** The names of metrics for people. */
const metricNames: Readonly<Record<string, string>> = {
  r2: "R²",
  rmse: "Root mean squared error",
  mae: "Mean absolute error",
  accuracy: "Accuracy",
  log_loss: "Log loss",
  f1: "F1",
  training_rows: "Training rows",
  test_rows: "Held-out rows",
};
export const metricName = (name: string): string => metricNames[name] ?? name.replaceAll("_", " ");

/** Describes a job's state. */
export function jobState({
  status,
  step,
  attempt,
  progress,
  error,
  next_attempt_at,
  started_at,
  finished_at,
}: Job): string {
  if (status === "queued" && next_attempt_at !== undefined)
    return `Attempt ${attempt} failed and will be retried: ${error ?? ""}`;
  if (status === "queued") return "Waiting for an engine";
  if (status === "running")
    return `${step ?? "Training"}, ${Math.round(progress * 100)}%${attempt > 1 ? `, attempt ${attempt}` : ""}`;
  if (status === "succeeded")
    return started_at === undefined || finished_at === undefined
      ? "Done"
      : `Took ${formatDuration(started_at, finished_at)}`;
  return error ?? "";
}

/** Describes an entry of a job's history in one line. */
export function entryText({ kind, attempt, text, progress }: JobEvent): string {
  if (kind === "log") return text ?? "";
  if (kind === "progress") return `${Math.round((progress ?? 0) * 100)}%${text === undefined ? "" : ` ${text}`}`;
  const what = {
    queued: "Queued",
    sent: "Sent to the engines",
    started: "An engine started",
    retrying: "Will be retried",
    succeeded: "Succeeded",
    failed: "Failed",
    cancelled: "Cancelled",
  }[kind];
  return `${what}${attempt > 1 ? `, attempt ${attempt}` : ""}${text === undefined ? "" : `: ${text}`}`;
}

import type { Job, JobEvent } from "@chatdb/contracts/jobs.ts";
import type { Family } from "@chatdb/contracts/families.ts";

const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 5 });
const moments = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** A number as people read it: five digits that count. */
export const figure = (value: number): string => figures.format(value);

/** A moment as people read it, in their own time. */
export const moment = (iso: string): string => moments.format(new Date(iso));

/** Bytes as people say them. */
export function size(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${figures.format(Number((bytes / 1000 ** power).toPrecision(3)))} ${["bytes", "kB", "MB", "GB", "TB"][power]}`;
}

/** How long something took, from ISO time to ISO time. */
export function duration(from: string, to: string): string {
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

/** What a metric's name means, where it has no name that people use. */
export const metricNames: Readonly<Record<string, string>> = {
  r2: "R²",
  rmse: "Root mean squared error",
  mae: "Mean absolute error",
  accuracy: "Accuracy",
  log_loss: "Log loss",
  f1: "F1",
  training_rows: "Rows trained on",
  test_rows: "Rows held out",
};
export const metricName = (name: string): string => metricNames[name] ?? name.replaceAll("_", " ");

/** Where a job stands, for people. */
export function standing({
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
    return `Attempt ${attempt} failed, the next one follows: ${error ?? ""}`;
  if (status === "queued") return "Waits for an engine";
  if (status === "running")
    return `${step ?? "Training"}, ${Math.round(progress * 100)}%${attempt > 1 ? `, attempt ${attempt}` : ""}`;
  if (status === "succeeded")
    return started_at === undefined || finished_at === undefined ? "Done" : `Took ${duration(started_at, finished_at)}`;
  return error ?? "";
}

/** An entry of a job's history in a line. */
export function entryText({ kind, attempt, text, progress }: JobEvent): string {
  if (kind === "log") return text ?? "";
  if (kind === "progress") return `${Math.round((progress ?? 0) * 100)}%${text === undefined ? "" : ` ${text}`}`;
  const what = {
    queued: "Queued",
    sent: "Sent to the engines",
    started: "An engine began",
    retrying: "Will be tried again",
    succeeded: "Succeeded",
    failed: "Failed",
    cancelled: "Cancelled",
  }[kind];
  return `${what}${attempt > 1 ? `, attempt ${attempt}` : ""}${text === undefined ? "" : `: ${text}`}`;
}

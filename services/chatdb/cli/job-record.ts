import type { Job } from "@chatdb/contracts/jobs.ts";
import { metricsText, standing } from "./job-text.ts";
import type { Settings } from "./options.ts";
import { printRecords } from "./records.ts";
import type { Terminal } from "./terminal.ts";

/** Prints a job, one line per field. */
export function printJob(job: Job, settings: Settings, terminal: Terminal): void {
  const parameters = Object.entries(job.parameters)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(" ");
  const facts: [string, string | undefined][] = [
    ["job", job.job_id],
    ["model", job.model ? `${job.model.name} ${job.model.version}` : job.model_name],
    ["status", job.status],
    ["standing", standing(job)],
    ["dataset", job.dataset_location],
    ["target", job.target],
    ["parameters", parameters],
    ["priority", job.priority],
    ["attempt", String(job.attempt)],
    ["metrics", metricsText(job.metrics)],
    ["created", job.created_at],
    ["started", job.started_at],
    ["finished", job.finished_at],
  ];
  const rows = facts.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value]]));
  printRecords({ value: job, columns: ["field", "value"], rows }, settings, terminal);
}

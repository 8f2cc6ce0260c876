import { followJob } from "./follow.ts";
import type { Gateway } from "./gateway.ts";
import { printJob } from "./job-record.ts";
import { entryText, standing } from "./job-text.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { printRecords } from "./records.ts";
import { report, type Terminal } from "./terminal.ts";

/** `chatdb jobs`: lists the newest jobs, or shows one with its history. */
export async function jobs(
  [id]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  if (id !== undefined) return await showJob(id, settings, gateway, terminal);
  if (settings.follow) throw new UsageError("--follow needs the id of a job");
  const found = await gateway.jobs(settings);
  const rows = found.map((job) => [job.job_id, job.model_name, job.status, standing(job), job.created_at]);
  printRecords(
    { value: found, columns: ["job", "model", "status", "standing", "created"], rows, none: "There is no such job." },
    settings,
    terminal,
  );
  return exitCodes.success;
}

async function showJob(id: string, settings: Settings, gateway: Gateway, terminal: Terminal): Promise<number> {
  const job = await gateway.job(id);
  if (settings.follow) return await followJob(id, settings, gateway, terminal);
  printJob(job, settings, terminal);
  if (settings.format === "table")
    for (const entry of await gateway.history(id)) report(terminal, `${entry.at.slice(11, 19)} ${entryText(entry)}`);
  return exitCodes.success;
}

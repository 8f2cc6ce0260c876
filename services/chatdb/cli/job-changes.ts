import { followJob } from "./follow.ts";
import type { Gateway } from "./gateway.ts";
import { printJob } from "./job-record.ts";
import { exitCodes, type Settings } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** `chatdb cancel`: a job ends, unless it has its model already. */
export async function cancel(
  [id]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  printJob(await gateway.cancel(id!), settings, terminal);
  return exitCodes.rows;
}

/** `chatdb retry`: a job that has failed, or was cancelled, is queued again. */
export async function retry(
  [id]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const job = await gateway.retry(id!);
  if (settings.follow) return await followJob(id!, settings, gateway, terminal);
  printJob(job, settings, terminal);
  return exitCodes.rows;
}

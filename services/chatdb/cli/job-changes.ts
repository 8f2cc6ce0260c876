import { followJob } from "./follow.ts";
import type { Gateway } from "./gateway.ts";
import { printJob } from "./job-record.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** `chatdb cancel`: cancels a job that has not ended. */
export async function cancel(
  [id]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  printJob(await gateway.cancel(id!), settings, terminal);
  return exitCodes.success;
}

/** `chatdb retry`: queues a failed or cancelled job again. */
export async function retry(
  [id]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const job = await gateway.retry(id!);
  if (settings.follow) return await followJob(id!, settings, gateway, terminal);
  printJob(job, settings, terminal);
  return exitCodes.success;
}

import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { jobEvent, type Job, type JobEvent } from "@chatdb/contracts/jobs.ts";
import { codeOf, isTransient } from "@platform/kit/transient-errors.ts";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Gateway } from "./gateway.ts";
import { entryText, percent } from "./job-text.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { printJob } from "./job-record.ts";
import { report, type Terminal } from "./terminal.ts";

/** Milliseconds before a broken stream is opened again. */
const pauseMs = 1000;

/**
 * Shows a job's progress until it ends, then the job. Ctrl-C ends the display and leaves the job running.
 * @returns the exit code: success if the job made a model
 */
export async function followJob(id: string, settings: Settings, gateway: Gateway, terminal: Terminal): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once("SIGINT", interrupt);
  const progress = progressOn(terminal);
  try {
    const job = await waitForEnd(id, gateway, interrupted.signal, (entry) => progress.show(entry));
    progress.clear();
    printJob(job, settings, terminal);
    return job.status === "succeeded" ? exitCodes.success : exitCodes.failure;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    progress.clear();
    report(terminal, `The training goes on. To cancel it: chatdb cancel ${id}`);
    return exitCodes.interrupted;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

async function waitForEnd(
  id: string,
  gateway: Gateway,
  signal: AbortSignal,
  show: (entry: JobEvent) => void,
): Promise<Job> {
  for (let seen = 0; ; await delay(pauseMs, undefined, { signal })) {
    try {
      for await (const entry of entries(await gateway.events(id, seen, signal))) {
        seen = entry.number;
        show(entry);
      }
      const job = await gateway.job(id);
      if (job.finished_at !== undefined) return job;
    } catch (error) {
      signal.throwIfAborted();
      if (!isTransient(error) && !isBroken(error)) throw error;
    }
  }
}

/** Whether the connection broke while the answer arrived. */
const isBroken = (error: unknown) => codeOf(error).startsWith("UND_ERR") || (error as Error).message === "terminated";

/** Parses a stream of events, up to its event `end`. */
async function* entries(body: Readable): AsyncGenerator<JobEvent> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes as Buffer, { stream: true }));
    for (const { event, data } of events.splice(0)) {
      if (event === "end") return;
      yield jobEvent.parse(JSON.parse(data));
    }
  }
}

const barLength = 24;

/** The smallest share of progress that is printed where the output is no terminal. */
const minStep = 0.1;

/** Prints progress: on a terminal as a bar that is redrawn, else as a line per step. Other events are lines. */
function progressOn(terminal: Terminal) {
  const live = terminal.stderr.isTTY === true;
  let shown = -1;
  const clear = () => void (live && terminal.stderr.write("\r\u001B[K"));
  return {
    clear,
    show(entry: JobEvent): void {
      const share = entry.progress ?? 0;
      clear();
      if (entry.kind !== "progress") {
        shown = -1;
        report(terminal, `${entry.at.slice(11, 19)} ${entryText(entry)}`);
      } else if (live) {
        const full = Math.round(share * barLength);
        const line = `${"█".repeat(full)}${"░".repeat(barLength - full)} ${percent(share)} ${entryText(entry).replace(/^\d+% ?/, "")}`;
        terminal.stderr.write(line.slice(0, (terminal.stderr.columns || 80) - 1));
      } else if (share >= shown + minStep) {
        shown = share;
        report(terminal, `${entry.at.slice(11, 19)} ${entryText(entry)}`);
      }
    },
  };
}

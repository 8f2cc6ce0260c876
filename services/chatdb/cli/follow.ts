import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { jobEvent, type Job, type JobEvent } from "@chatdb/contracts/jobs.ts";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Gateway } from "./gateway.ts";
import { entryText, percent } from "./job-text.ts";
import { exitCodes, type Settings } from "./options.ts";
import { printJob } from "./job-record.ts";
import { tell, type Terminal } from "./terminal.ts";
import { isPassing } from "./training-gateway.ts";

/** Before a stream that broke is opened again, in ms. */
const pauseMs = 1000;

/**
 * Shows a job's progress until it ends, then the job. At Ctrl-C it leaves the job alone.
 * @returns the exit code: whether the job made a model
 */
export async function followJob(id: string, settings: Settings, gateway: Gateway, terminal: Terminal): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once("SIGINT", interrupt);
  const progress = progressOn(terminal);
  try {
    const job = await ended(id, gateway, interrupted.signal, (entry) => progress.show(entry));
    progress.clear();
    printJob(job, settings, terminal);
    return job.status === "succeeded" ? exitCodes.rows : exitCodes.failure;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    progress.clear();
    tell(terminal, `The training goes on. To cancel it: chatdb cancel ${id}`);
    return exitCodes.interrupted;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

async function ended(id: string, gateway: Gateway, signal: AbortSignal, show: (entry: JobEvent) => void): Promise<Job> {
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
      if (!isPassing(error) && !isCut(error)) throw error;
    }
  }
}

/** The connection broke while the answer came. */
const isCut = (error: unknown) =>
  /^(UND_ERR|ECONN|EPIPE)/.test((error as { code?: string }).code ?? "") || (error as Error).message === "terminated";

/** The entries of a stream of events, up to its event `end`. */
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

/** Steps of progress that a file is told of, as shares. */
const plainStep = 0.1;

/** Progress as one line that is written over on a terminal, else as a line now and then; all else as lines. */
function progressOn(terminal: Terminal) {
  const live = terminal.stderr.isTTY === true;
  let told = -1;
  const clear = () => void (live && terminal.stderr.write("\r\u001B[K"));
  return {
    clear,
    show(entry: JobEvent): void {
      const share = entry.progress ?? 0;
      clear();
      if (entry.kind !== "progress") {
        told = -1;
        tell(terminal, `${entry.at.slice(11, 19)} ${entryText(entry)}`);
      } else if (live) {
        const full = Math.round(share * barLength);
        const line = `${"█".repeat(full)}${"░".repeat(barLength - full)} ${percent(share)} ${entryText(entry).replace(/^\d+% ?/, "")}`;
        terminal.stderr.write(line.slice(0, (terminal.stderr.columns || 80) - 1));
      } else if (share >= told + plainStep) {
        told = share;
        tell(terminal, `${entry.at.slice(11, 19)} ${entryText(entry)}`);
      }
    },
  };
}

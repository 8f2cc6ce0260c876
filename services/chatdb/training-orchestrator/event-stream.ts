import type { JobEvent } from "@chatdb/contracts/jobs.ts";
import type { JobFeed } from "./job-feed.ts";
import type { JobStore } from "./job-store.ts";

export interface StreamOptions {
  jobs: JobStore;
  feed: JobFeed;
  job_id: string;
  /** Number of the latest entry that the client has. */
  after: number;
  /** Ends the stream without the event `end`, so that the client reconnects. */
  signal: AbortSignal;
  /** Idle time after which a comment keeps the stream alive, milliseconds. */
  keepAliveMs: number;
}

/** Entries read at once. */
const pageSize = 500;

/** Time after which a client reconnects, milliseconds. */
const retryMs = 2000;

/**
 * Streams a job's history as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), until
 * the job ends.
 */
export async function* eventStream({
  jobs,
  feed,
  job_id,
  after,
  signal,
  keepAliveMs,
}: StreamOptions): AsyncGenerator<string> {
  const listener = feed.listen(job_id);
  try {
    yield `retry: ${retryMs}\n\n`;
    for (let seen = after; !signal.aborted; ) {
      const history = await jobs.history(job_id, seen, pageSize);
      const entries = history?.entries ?? [];
      if (entries.length > 0) yield entries.map(textOf).join("");
      seen = entries.at(-1)?.number ?? seen;
      if (history?.over !== false) {
        yield "event: end\ndata: {}\n\n";
        return;
      }
      if (entries.length === pageSize) continue;
      while (!(await listener.changed(keepAliveMs, signal)) && !signal.aborted) yield ": still there\n\n";
    }
  } finally {
    listener.close();
  }
}

const textOf = (event: JobEvent) => `id: ${event.number}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;

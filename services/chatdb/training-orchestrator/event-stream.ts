import type { JobEvent } from "@chatdb/contracts/jobs.ts";
import type { JobFeed } from "./job-feed.ts";
import type { JobStore } from "./job-store.ts";

export interface StreamOptions {
  jobs: JobStore;
  feed: JobFeed;
  job_id: string;
  /** Number of the latest entry that the client knows. */
  after: number;
  /** Ends the stream without the event `end`: the client comes again. */
  signal: AbortSignal;
  /** Milliseconds of silence after which a comment says that the stream is alive. */
  heartbeatMs: number;
}

/** Entries read at a time. */
const page = 500;

/** Milliseconds after which a client whose stream broke comes again. */
const retryMs = 2000;

/** A job's history as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), until it has ended. */
export async function* eventStream({
  jobs,
  feed,
  job_id,
  after,
  signal,
  heartbeatMs,
}: StreamOptions): AsyncGenerator<string> {
  const listener = feed.listen(job_id);
  try {
    yield `retry: ${retryMs}\n\n`;
    for (let seen = after; !signal.aborted; ) {
      const history = await jobs.history(job_id, seen, page);
      const entries = history?.entries ?? [];
      if (entries.length > 0) yield entries.map(textOf).join("");
      seen = entries.at(-1)?.number ?? seen;
      if (history?.over !== false) {
        yield "event: end\ndata: {}\n\n";
        return;
      }
      if (entries.length === page) continue;
      while (!(await listener.changed(heartbeatMs, signal)) && !signal.aborted) yield ": still there\n\n";
    }
  } finally {
    listener.close();
  }
}

const textOf = (event: JobEvent) => `id: ${event.number}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;

import type { JobEvent } from "@chatdb/contracts/jobs.ts";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { call, GatewayError } from "../api.ts";

/** The pause before a broken stream is reopened, in ms. */
const reconnectPauseMs = 1000;

/**
 * Yields the history of a job as it grows, until the job ends. A broken stream resumes where it broke. It uses fetch,
 * since EventSource cannot send a token.
 * @param after the number of the last known entry; 0: from the beginning
 * @throws GatewayError if reconnecting would not help; the signal's reason
 */
export async function* followJob(id: string, after: number, signal: AbortSignal): AsyncGenerator<JobEvent, void> {
  for (let seen = after; ; await pause(signal)) {
    try {
      const { body } = await call(`/jobs/${id}/events`, {
        headers: { accept: "text/event-stream", ...(seen > 0 && { "last-event-id": String(seen) }) },
        signal,
      });
      if (!body) continue;
      const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
      for (let next = await events.read(); !next.done; next = await events.read()) {
        if (next.value.event === "end") return;
        const entry = JSON.parse(next.value.data) as JobEvent;
        seen = entry.number;
        yield entry;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof GatewayError && error.status >= 400 && error.status < 500 && error.status !== 429)
        throw error;
    }
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, reconnectPauseMs);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason as Error)), { once: true });
  });
}

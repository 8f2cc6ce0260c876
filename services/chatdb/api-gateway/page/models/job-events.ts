import type { JobEvent } from "@chatdb/contracts/jobs.ts";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { call, GatewayError } from "../api.ts";

/** Before a stream that broke is opened again, in ms. */
const pauseMs = 1000;

/**
 * The history of a job as it is written, until the job ends. A stream that breaks is opened again where it broke. It is read by fetch
 * and not by EventSource, which cannot send a token.
 * @param after number of the last entry that is known; 0: from the beginning
 * @throws GatewayError where asking again would not help; the signal's reason
 */
export async function* follow(id: string, after: number, signal: AbortSignal): AsyncGenerator<JobEvent, void> {
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
    const timer = setTimeout(resolve, pauseMs);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason as Error)), { once: true });
  });
}

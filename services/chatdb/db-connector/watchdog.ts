import type { Socket } from "node:net";
import { Problem } from "@platform/kit/problem.ts";
import type { Reading } from "./driver.ts";

/** A batch that comes to so many times what it should is not read to its end: it might not fit into memory. */
const batchOverrun = 4;

/** The server ends a statement at its timeout; where it does not, this process gives up so many ms later. */
const graceMs = 50;

/** Looks after one statement while its rows are read. */
export interface Watch {
  /** Aborts when the time is up, a batch grows too large, or the caller goes. */
  readonly signal: AbortSignal;
  /** What `work` comes to, or the reason of the signal as soon as it aborts. */
  unlessStopped<T>(work: Promise<T>): Promise<T>;
  /** Bytes that came since the last call; the next batch counts from here. */
  takeBytes(): number;
  end(): void;
}

/** @param socket where the rows come in: the drivers keep a row in memory until it is complete, only the socket tells how large it grows */
export function watch({ signal, timeoutMs, batchBytes }: Reading, socket?: Socket): Watch {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(tookTooLong(timeoutMs)), timeoutMs + graceMs);
  let counted = socket?.bytesRead ?? 0;
  const onData = () => {
    if (socket!.bytesRead - counted > batchOverrun * batchBytes) stop.abort(tooLarge(batchBytes));
  };
  socket?.on("data", onData);
  const either = AbortSignal.any([signal, stop.signal]);
  return {
    signal: either,
    unlessStopped: (work) => unlessStopped(work, either),
    takeBytes: () => {
      const since = counted;
      counted = socket?.bytesRead ?? 0;
      return counted - since;
    },
    end: () => {
      clearTimeout(timer);
      socket?.off("data", onData);
    },
  };
}

export function tookTooLong(timeoutMs?: number): Problem {
  return new Problem(
    504,
    `The query took longer than ${timeoutMs === undefined ? "it may" : `${timeoutMs} ms`}. Ask for less, or allow more with timeout_ms.`,
    { layer: "time limit" },
  );
}

function tooLarge(bytes: number): Problem {
  return new Problem(
    413,
    `The result is far larger than the ${bytes} bytes that are read at once. Ask for fewer or shorter columns.`,
    { layer: "size limit" },
  );
}

async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const onAbort = () => stopped.reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  // Where the signal wins, nobody else hears of how the work ends.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

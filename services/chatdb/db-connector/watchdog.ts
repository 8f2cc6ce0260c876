import type { Socket } from "node:net";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { ReadOptions } from "./driver.ts";

/** A batch that exceeds its target size by this factor is aborted, since it might not fit into memory. */
const maxBatchOverrun = 4;

/** If the server does not end a statement at its timeout, this process gives up so many ms later. */
const graceMs = 50;

/** Limits the time and size of one statement while its rows are read. */
export interface Watchdog {
  /** Aborts when the time is up, a batch grows too large, or the caller disconnects. */
  readonly signal: AbortSignal;
  /** Settles like `work`, or rejects with the signal's reason as soon as it aborts. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Returns the bytes received since the last call, and starts to count the next batch. */
  takeBytes(): number;
  stop(): void;
}

/** @param socket shows how large an incoming row grows, since drivers buffer a row until it is complete */
export function startWatchdog({ signal, timeoutMs, batchBytes }: ReadOptions, socket?: Socket): Watchdog {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(timeoutProblem(timeoutMs)), timeoutMs + graceMs);
  let counted = socket?.bytesRead ?? 0;
  const onData = () => {
    if (socket!.bytesRead - counted > maxBatchOverrun * batchBytes) stop.abort(sizeProblem(batchBytes));
  };
  socket?.on("data", onData);
  const combined = AbortSignal.any([signal, stop.signal]);
  return {
    signal: combined,
    race: (work) => race(work, combined),
    takeBytes: () => {
      const since = counted;
      counted = socket?.bytesRead ?? 0;
      return counted - since;
    },
    stop: () => {
      clearTimeout(timer);
      socket?.off("data", onData);
    },
  };
}

export function timeoutProblem(timeoutMs?: number): Problem {
  return new Problem(
    chatdbProblems.queryTimeout,
    `The query took longer than ${timeoutMs === undefined ? "it may" : `${timeoutMs} ms`}. Ask for less, or allow more with timeout_ms.`,
    { layer: "time limit" },
  );
}

function sizeProblem(bytes: number): Problem {
  return new Problem(
    chatdbProblems.resultTooLarge,
    `The result is far larger than the ${bytes} bytes that are read at once. Ask for fewer or shorter columns.`,
    { layer: "size limit" },
  );
}

async function race<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  // If the signal wins, nobody else handles the rejection of the work.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

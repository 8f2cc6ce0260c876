import type { TrainingEvent } from "@chatdb/contracts/jobs.ts";
import type { Logger } from "@platform/kit/log.ts";

/** Least time between two progress events of an attempt, milliseconds. */
const progressMs = 500;

/** Log lines of one attempt. More are of no use to a reader, and all jobs share the topic. */
const maxLines = 200;

const maxStepLength = 200;
const maxLineLength = 2000;

/** An event of an attempt, before its publisher adds the attempt and the time. */
export type AttemptReport<T = TrainingEvent> = T extends TrainingEvent ? Omit<T, "at" | "attempt" | "job_id"> : never;

/**
 * Publishes progress and log lines of a running attempt. An event that cannot be published is logged and dropped: only
 * the outcome matters, and the next event carries the newer state.
 */
export class AttemptReporter {
  readonly #publish: (report: AttemptReport) => Promise<void>;
  readonly #log: Logger;
  readonly #pending = new Set<Promise<void>>();
  #latest: AttemptReport | undefined;
  #pause: NodeJS.Timeout | undefined;
  #lines = 0;
  #ended = false;

  constructor(publish: (report: AttemptReport) => Promise<void>, log: Logger) {
    this.#publish = publish;
    this.#log = log;
  }

  /** Publishes at most twice a second, always the latest. */
  progress(share: number, step: string): void {
    if (this.#ended) return;
    this.#latest = { kind: "progress", share: Math.min(Math.max(share, 0), 1), step: step.slice(0, maxStepLength) };
    if (this.#pause === undefined) this.#publishLatest();
  }

  line(text: string): void {
    if (this.#ended || this.#lines > maxLines) return;
    const last = this.#lines++ === maxLines;
    this.#send({
      kind: "log",
      text: last ? `Further lines are omitted: there are more than ${maxLines}.` : text.slice(0, maxLineLength),
    });
  }

  /** Ignores further reports; resolves once those before are published or dropped. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#pause);
    await Promise.all(this.#pending);
  }

  #publishLatest(): void {
    this.#pause = undefined;
    if (this.#latest === undefined) return;
    this.#send(this.#latest);
    this.#latest = undefined;
    this.#pause = setTimeout(() => this.#publishLatest(), progressMs);
  }

  #send(report: AttemptReport): void {
    const sent = this.#publish(report)
      .catch((err: unknown) => this.#log.warn({ err, kind: report.kind }, "could not publish an attempt's report"))
      .finally(() => this.#pending.delete(sent));
    this.#pending.add(sent);
  }
}

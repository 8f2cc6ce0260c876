import type { TrainingEvent } from "@chatdb/contracts/jobs.ts";
import type { Logger } from "@platform/kit/log.ts";

/** Milliseconds between two reports of an attempt's progress. */
const progressMs = 500;

/** Of an attempt. Whoever reads a job's log wants no more, and the topic is everybody's. */
const mostLines = 200;

const longestStep = 200;
const longestLine = 2000;

/** What an engine says of an attempt: which one, and when, are added as it is published. */
export type Outcome<T = TrainingEvent> = T extends TrainingEvent ? Omit<T, "at" | "attempt" | "job_id"> : never;

/**
 * Tells of an attempt while it runs. What cannot be published is logged and lost: the attempt's end matters, and the next report
 * says more than the last one.
 */
export class News {
  readonly #publish: (news: Outcome) => Promise<void>;
  readonly #log: Logger;
  readonly #underWay = new Set<Promise<void>>();
  #latest: Outcome | undefined;
  #pause: NodeJS.Timeout | undefined;
  #lines = 0;
  #ended = false;

  constructor(publish: (news: Outcome) => Promise<void>, log: Logger) {
    this.#publish = publish;
    this.#log = log;
  }

  /** Published at most twice a second: of what comes in between, the latest. */
  progress(share: number, step: string): void {
    if (this.#ended) return;
    this.#latest = { kind: "progress", share: Math.min(Math.max(share, 0), 1), step: step.slice(0, longestStep) };
    if (this.#pause === undefined) this.#report();
  }

  line(text: string): void {
    if (this.#ended || this.#lines > mostLines) return;
    const last = this.#lines++ === mostLines;
    this.#send({
      kind: "log",
      text: last ? `Further lines are left out: there are more than ${mostLines}.` : text.slice(0, longestLine),
    });
  }

  /** Resolves when all that was said is published, or lost. Nothing follows. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#pause);
    await Promise.all(this.#underWay);
  }

  #report(): void {
    this.#pause = undefined;
    if (this.#latest === undefined) return;
    this.#send(this.#latest);
    this.#latest = undefined;
    this.#pause = setTimeout(() => this.#report(), progressMs);
  }

  #send(news: Outcome): void {
    const sent = this.#publish(news)
      .catch((err: unknown) => this.#log.warn({ err, kind: news.kind }, "could not tell of a training"))
      .finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }
}

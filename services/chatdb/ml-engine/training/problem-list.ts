import { JobError } from "./job-error.ts";

/** As many as a person reads at once. */
const shown = 20;

/** Collects what is wrong with a dataset, so that all of it is told at once. */
export class ProblemList {
  readonly #lines: string[] = [];
  #count = 0;

  add(line: string): void {
    if (this.#count++ < shown) this.#lines.push(line);
  }

  /** Throws a JobError with the first twenty problems and the number of the others. */
  throwIfAny(headline: string): void {
    if (this.#count === 0) return;
    const others = this.#count > shown ? [`and ${this.#count - shown} more`] : [];
    throw new JobError([headline, ...this.#lines, ...others].join("\n"));
  }
}

import { JobError } from "./job-error.ts";

/** Problems that are listed; a person reads no more at once. */
const maxShown = 20;

/** Collects the problems of a dataset, so that all of them are reported at once. */
export class ProblemList {
  readonly #lines: string[] = [];
  #count = 0;

  add(line: string): void {
    if (this.#count++ < maxShown) this.#lines.push(line);
  }

  /** Throws a JobError with the first twenty problems and the number of the others. */
  throwIfAny(headline: string): void {
    if (this.#count === 0) return;
    const others = this.#count > maxShown ? [`and ${this.#count - maxShown} more`] : [];
    throw new JobError([headline, ...this.#lines, ...others].join("\n"));
  }
}

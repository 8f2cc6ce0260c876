import fc from "fast-check";

/** Makes the dependent choices of a property test and records them for the report of a failure. */
export class Chance {
  readonly #g: fc.GeneratorValue;

  constructor(g: fc.GeneratorValue) {
    this.#g = g;
  }

  /** Picks an integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  pick<T>(from: readonly T[]): T {
    return from[this.integer(0, from.length - 1)]!;
  }

  oneIn(count: number): boolean {
    return this.integer(1, count) === 1;
  }

  some<T>(min: number, max: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.integer(min, max) }, (_, index) => make(index));
  }
}

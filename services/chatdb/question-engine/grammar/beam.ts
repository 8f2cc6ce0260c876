import type { Reading } from "./frame.ts";

/** Readings kept at each position. */
const width = 7;

/** Picks the likeliest readings; of those that come to the same by different ways, the cheapest. */
export class Beam {
  /** Frames never change and share their parts, so that each part is looked at once. */
  readonly #numbers = new Map<object, number>();
  readonly #byContent = new Map<string, number>();

  best(readings: Reading[]): Reading[] {
    const met = new Set<string>();
    const kept: Reading[] = [];
    for (const reading of readings.sort((a, b) => a.cost - b.cost)) {
      const key = `${this.#of(reading.frame)}|${reading.unread.length}`;
      if (met.has(key)) continue;
      met.add(key);
      if (kept.push(reading) === width) break;
    }
    return kept;
  }

  /** The same number for all that hold the same, and for nothing else. Of names it counts where they were said: what they may stand for goes with it. */
  #of(part: object): number {
    let number = this.#numbers.get(part);
    if (number !== undefined) return number;
    let content = "";
    for (const name in part) {
      const each = (part as Record<string, unknown>)[name];
      if (name === "words" || name === "plural") continue;
      if (name === "tables" || name === "columns" || name === "values")
        content += `,${name} ${(each as unknown[]).length}`;
      else content += `,${name} ${typeof each === "object" && each !== null ? `#${this.#of(each)}` : String(each)}`;
    }
    number = this.#byContent.get(content) ?? this.#byContent.size;
    this.#byContent.set(content, number);
    this.#numbers.set(part, number);
    return number;
  }
}

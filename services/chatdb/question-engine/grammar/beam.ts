import type { Reading } from "./frame.ts";

/** Readings kept at each position. */
const width = 7;

/** Keeps the cheapest readings, one for each distinct frame. */
export class Beam {
  /** Caches the number of each part, since frames are immutable and share parts. */
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

  /**
   * Numbers a part by its content. The candidates of a name follow from its position, so only their count is included.
   */
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

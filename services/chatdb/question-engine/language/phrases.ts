/** Phrases by their first word, the longest first, so the first match is the right one. */
export class Phrases<T> {
  readonly #byFirst = new Map<string, { words: string[]; meaning: T }[]>();

  /** Each entry is a list of phrases separated by `|`, and their common meaning. */
  constructor(meanings: readonly (readonly [phrases: string, meaning: T])[]) {
    for (const [phrases, meaning] of meanings) {
      for (const phrase of phrases.split("|")) {
        const words = phrase.trim().split(/\s+/);
        this.#byFirst.set(words[0]!, [...(this.#byFirst.get(words[0]!) ?? []), { words, meaning }]);
      }
    }
    for (const entries of this.#byFirst.values()) entries.sort((a, b) => b.words.length - a.words.length);
  }

  /** All words of all phrases. */
  get words(): string[] {
    return [...this.#byFirst.values()].flatMap((entries) => entries.flatMap(({ words }) => words));
  }

  /** Returns the longest phrase that starts at `at`. */
  match(words: readonly string[], at: number): { length: number; meaning: T } | undefined {
    const entry = this.#byFirst
      .get(words[at]!)
      ?.find((each) => each.words.every((word, index) => words[at + index] === word));
    return entry && { length: entry.words.length, meaning: entry.meaning };
  }
}

import { learnedWord, type LearnedWord } from "@chatdb/question-engine/linking/learned-words.ts";
import { z } from "zod";
import type { Watch } from "../training/watch.ts";

/** How far a search for words is: how many were tried, and the places of those that were taken. */
const search = z.object({ tried: z.int().nonnegative(), taken: z.array(z.int().nonnegative()) });
export type Search = z.infer<typeof search>;

const state = z.object({ found: z.array(z.array(learnedWord)), search });

const begin: Search = { tried: 0, taken: [] };

/**
 * The searches for words of one training, one after the other: what takes long, and is kept in case that it is cut off.
 */
export class Searches {
  readonly #watch: Watch;
  /** What an earlier start had found, and how far it was with the next search. */
  readonly #earlier: z.infer<typeof state> | undefined;
  readonly #found: LearnedWord[][] = [];

  constructor(watch: Watch) {
    this.#watch = watch;
    this.#earlier = watch.resumeFrom && state.parse(JSON.parse(Buffer.from(watch.resumeFrom).toString("utf8")));
  }

  /** The words of the next search, which goes on where an earlier start was, and tells how far it is. */
  async next(find: (from: Search, keep: (search: Search) => void) => Promise<LearnedWord[]>): Promise<LearnedWord[]> {
    const place = this.#found.length;
    const { found = [], search = begin } = this.#earlier ?? {};
    const keep = (search: Search) =>
      this.#watch.checkpoint(() =>
        Buffer.from(JSON.stringify({ found: this.#found, search } satisfies z.infer<typeof state>)),
      );
    const words = found[place] ?? (await find(place === found.length ? search : begin, keep));
    this.#found.push(words);
    return words;
  }
}

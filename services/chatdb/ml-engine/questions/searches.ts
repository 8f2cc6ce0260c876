import { learnedWord, type LearnedWord } from "@chatdb/question-engine/linking/learned-words.ts";
import { z } from "zod";
import type { Watch } from "../training/watch.ts";

/** State of a search for words: how many were tried, and the indices of the accepted ones. */
const search = z.object({ tried: z.int().nonnegative(), taken: z.array(z.int().nonnegative()) });
export type Search = z.infer<typeof search>;

const state = z.object({ found: z.array(z.array(learnedWord)), search });

const begin: Search = { tried: 0, taken: [] };

/** The word searches of one training in sequence. They take long, so their state is kept for a resumed attempt. */
export class Searches {
  readonly #watch: Watch;
  /** Results of an earlier attempt, and the state of its unfinished search. */
  readonly #earlier: z.infer<typeof state> | undefined;
  readonly #found: LearnedWord[][] = [];

  constructor(watch: Watch) {
    this.#watch = watch;
    this.#earlier = watch.resumeFrom && state.parse(JSON.parse(Buffer.from(watch.resumeFrom).toString("utf8")));
  }

  /** Runs the next search, resumes it where an earlier attempt stopped, and reports progress. */
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

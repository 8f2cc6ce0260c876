/** How a training tells of itself while it runs, and how it goes on where an earlier start of it was cut off. */
export interface Watch {
  /**
   * @param share of the work, from 0 to 1
   * @param step what is being done, for people
   */
  progress(share: number, step: string): void;
  /** A line for whoever follows the job. */
  log(text: string): void;
  /** Offers a state from which the same training comes to the same end. It is made only where it is to be kept. */
  checkpoint(state: () => Uint8Array): void;
  /** The latest state that was kept, of this dataset and these parameters. */
  readonly resumeFrom?: Uint8Array | undefined;
}

/** Said of a state that no training of this program has offered: it may be of an earlier form. */
export const unreadable = "Begins anew: what an earlier start had kept cannot be read.";

/** For trainings that nobody follows. */
export const unwatched: Watch = { progress: () => undefined, log: () => undefined, checkpoint: () => undefined };

/** Hears of a part of the work, from one share of the whole to another. */
export function partOf(watch: Watch, from: number, to: number): Watch {
  return {
    progress: (share, step) => watch.progress(from + share * (to - from), step),
    log: (text) => watch.log(text),
    checkpoint: (state) => watch.checkpoint(state),
    resumeFrom: watch.resumeFrom,
  };
}

/**
 * The places of so many items, while it is told how many of them are done.
 * @param every items between two reports: few enough to be done in a moment, and enough that the reports take no time
 */
export function* placesOf(
  count: number,
  { progress }: Pick<Watch, "progress">,
  step: string,
  every = 256,
): Generator<number> {
  for (let place = 0; place < count; place++) {
    if (place % every === 0) progress(place / count, `${step}: ${place} of ${count}`);
    yield place;
  }
}

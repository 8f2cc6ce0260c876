/** Receives the reports of a running training, and holds the state from which it resumes. */
export interface Watch {
  /**
   * @param share completed share of the work, from 0 to 1
   * @param step current step, for people
   */
  progress(share: number, step: string): void;
  /** Adds a line to the log of the job. */
  log(text: string): void;
  /**
   * Offers a state from which the training can resume with the same result. `state` is called only if a checkpoint is
   * due.
   */
  checkpoint(state: () => Uint8Array): void;
  /** The latest saved state of this dataset and these parameters. */
  readonly resumeFrom?: Uint8Array | undefined;
}

/** Log line for a saved state that cannot be decoded; it may be of an earlier version. */
export const unreadable = "Starts from the beginning: the state that an earlier start saved cannot be read.";

/** Ignores all reports. */
export const unwatched: Watch = { progress: () => undefined, log: () => undefined, checkpoint: () => undefined };

/** Maps the progress of a part of the work to the shares `from` to `to` of the whole. */
export function partOf(watch: Watch, from: number, to: number): Watch {
  return {
    progress: (share, step) => watch.progress(from + share * (to - from), step),
    log: (text) => watch.log(text),
    checkpoint: (state) => watch.checkpoint(state),
    resumeFrom: watch.resumeFrom,
  };
}

/**
 * Yields the indices 0 to count - 1 and reports the progress.
 * @param every items between two reports: few enough to take a moment, enough that reports cost no time
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

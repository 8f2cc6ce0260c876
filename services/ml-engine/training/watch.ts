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

/** For trainings that nobody follows. */
export const unwatched: Watch = { progress: () => undefined, log: () => undefined, checkpoint: () => undefined };

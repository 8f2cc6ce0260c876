/** One fault in the configuration of a stack. */
export interface Issue {
  /** The setting, as in the stack's file: `chatdb:kafka.heap`. */
  readonly path: string;
  /** What is wrong, and how to mend it. */
  readonly message: string;
}

import type { DataDirectory } from "./data-directory.ts";

/** A system that runs in this process, without a cluster: `npm start -- SYSTEM`. */
export interface EmbeddedSystem {
  /** Its name as people write it: "ChatDB". */
  readonly title: string;
  /** What `--help` says of it, in a sentence or two. */
  readonly summary: string;
  /** Port that it listens on unless --port says otherwise. */
  readonly port: number;
  /** Starts it; what was started is stopped again when something cannot start. */
  start(options: StartOptions): Promise<RunningSystem>;
}

export interface StartOptions {
  /** Address and port for people; 0 picks a free port. All else listens on the loopback interface, on free ports. */
  readonly host: string;
  readonly port: number;
  readonly directory: DataDirectory;
  readonly logLevel: string;
}

export interface RunningSystem {
  /** Where it is, and what to do next. */
  readonly greeting: string;
  close(): Promise<void>;
}

import type { DataDirectory } from "./data-directory.ts";

/** A system that runs in this process, without a cluster: `npm start -- SYSTEM`. */
export interface EmbeddedSystem {
  /** Display name: "ChatDB". */
  readonly title: string;
  /** One or two sentences for `--help`. */
  readonly summary: string;
  /** Default port. */
  readonly port: number;
  /** Starts the system. If a part cannot start, those that run are stopped. */
  start(options: StartOptions): Promise<RunningSystem>;
}

export interface StartOptions {
  /** Public address and port; 0 picks a free port. All others listen on the loopback interface, on free ports. */
  readonly host: string;
  readonly port: number;
  readonly directory: DataDirectory;
  readonly logLevel: string;
}

export interface RunningSystem {
  /** Address and first steps, for people. */
  readonly greeting: string;
  close(): Promise<void>;
}

import pino from "pino";

export type Logger = pino.Logger;

const secrets = ["authorization", "cookie", "password"];

/** JSON lines on standard output, with a name and without secrets. */
export function createLogger(name: string, level = "info"): Logger {
  const options = {
    name,
    level,
    redact: [
      ...secrets,
      ...secrets.map((key) => `*.${key}`),
      ...secrets.map((key) => `*.headers.${key}`),
      '*.headers["set-cookie"]',
    ],
  };
  return pino(options, (standardOutput ??= new TurnOfLines()));
}

/**
 * Writes the lines of one turn of the event loop at once: to write costs as much as to make several lines. Those of a process
 * that ends leave with it, also after an uncaught error; one that is killed loses those of its last turn at most.
 */
class TurnOfLines implements pino.DestinationStream {
  readonly #destination = pino.destination({ fd: 1, sync: true });
  #lines = "";

  constructor() {
    process.on("exit", () => this.flushSync());
  }

  write(line: string): void {
    if (this.#lines === "") setImmediate(() => this.flushSync());
    this.#lines += line;
    if (this.#lines.length > mostWaiting) this.flushSync();
  }

  /** Called by pino after a fatal line, too. */
  flushSync(): void {
    const lines = this.#lines;
    this.#lines = "";
    if (lines !== "") this.#destination.write(lines);
  }
}

/** Characters that wait for the end of a turn. */
const mostWaiting = 65_536;

let standardOutput: TurnOfLines | undefined;

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
 * Writes all lines of one turn of the event loop at once, since one write costs as much as several lines. They are
 * written at the end of the process, too, also after an uncaught error; a killed process loses at most those of its
 * last turn.
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
    if (this.#lines.length > maxWaitingLines) this.flushSync();
  }

  /** Called by pino after a fatal line, too. */
  flushSync(): void {
    const lines = this.#lines;
    this.#lines = "";
    if (lines !== "") this.#destination.write(lines);
  }
}

/** Characters that wait for the end of a turn. */
const maxWaitingLines = 65_536;

let standardOutput: TurnOfLines | undefined;

import { parseArgs } from "node:util";

/** What was asked for cannot be done; the message is one line for the person who asked. */
export class UsageError extends Error {}

export interface Options {
  host: string;
  port: number;
  /** Where data is kept. Undefined: nowhere, all is gone when the platform stops. */
  directory: string | undefined;
  verbose: boolean;
  help: boolean;
}

export const help = `Starts ChatDB on this machine: all services in one process, with a sample database. Nothing else is needed.

Usage: npm start -- [options]
  --port PORT   port of the gateway (default 8080)
  --host HOST   address that it listens on (default 127.0.0.1: this machine alone)
  --data DIR    keep models, datasets, jobs and databases in DIR (default: a temporary folder, removed at the end)
  --verbose     log every request
  --help        show this

LLM_BASE_URL and LLM_MODEL in the environment name a language model for the questions that ChatDB is not sure of by itself:
docs/language-model.md.

Ctrl-C stops it.`;

/** @throws UsageError with everything that is wrong */
export function parseOptions(args: string[]): Options {
  const { port, host, data, verbose, help } = parse(args);
  const problems: string[] = [];
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    problems.push(`--port must be a number from 0 to 65535, not "${port}"`);
  if (host === "") problems.push("--host must not be empty");
  if (data === "") problems.push("--data must name a folder");
  if (problems.length > 0) throw new UsageError(problems.join("; "));
  return { host, port: Number(port), directory: data, verbose, help };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: "string", default: "8080" },
        host: { type: "string", default: "127.0.0.1" },
        data: { type: "string" },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    // The first sentence says what is wrong, the others how arguments work in general.
    throw new UsageError((error as Error).message.split(/\.\s/)[0]!.replaceAll("'", ""), { cause: error });
  }
}

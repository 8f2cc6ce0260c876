import { parseArgs } from "node:util";
import { UsageError } from "@platform/kit/usage-error.ts";
import type { EmbeddedSystem } from "./system.ts";

export interface Options {
  host: string;
  port: number;
  /** Folder of the data. Undefined: the data is removed when the system stops. */
  directory: string | undefined;
  verbose: boolean;
  help: boolean;
}

export function help(name: string, { title, summary, port }: EmbeddedSystem): string {
  return `Starts ${title} on this machine: all services in one process. Nothing else is needed.

Usage: npm start -- ${name} [options]
  --port PORT   port to listen on (default ${port})
  --host HOST   address to listen on (default 127.0.0.1: this machine alone)
  --data DIR    keep data in DIR (default: a temporary folder, removed at the end)
  --verbose     log every request
  --help        show this

${summary}

Ctrl-C stops it.`;
}

/** @throws UsageError that lists all problems */
export function parseOptions(args: readonly string[], defaultPort: number): Options {
  const { port, host, data, verbose, help } = parse(args, defaultPort);
  const problems: string[] = [];
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    problems.push(`--port must be a number from 0 to 65535, not "${port}"`);
  if (host === "") problems.push("--host must not be empty");
  if (data === "") problems.push("--data must name a folder");
  if (problems.length > 0) throw new UsageError(problems.join("; "));
  return { host, port: Number(port), directory: data, verbose, help };
}

function parse(args: readonly string[], defaultPort: number) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: String(defaultPort) },
        host: { type: "string", default: "127.0.0.1" },
        data: { type: "string" },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    // Only the first sentence names the fault; the others explain arguments in general.
    throw new UsageError((error as Error).message.split(/\.\s/)[0]!.replaceAll("'", ""), { cause: error });
  }
}

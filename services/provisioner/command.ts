import { ConfigurationError, readEnv } from "@platform/kit/env.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import type { z } from "zod";
import { describeError } from "./describe-error.ts";

/** The work of a Job, with its environment read. */
export type Command = (log: Logger) => Promise<void>;

/** Makes a command that reads its environment by `settings`. */
export function command<S extends z.ZodObject>(
  settings: S,
  run: (env: z.infer<S>, log: Logger) => Promise<void>,
): Command {
  return (log) => run(readEnv(settings), log);
}

/** Runs a command and returns its exit code: 0 done or nothing to do, 1 failure, 2 wrong environment. */
export async function runCommand(name: string, load: () => Promise<Command>): Promise<number> {
  try {
    const run = await load();
    await run(createLogger(name));
    return 0;
  } catch (error) {
    console.error(`${name}: ${describeError(error)}`);
    return error instanceof ConfigurationError ? 2 : 1;
  }
}

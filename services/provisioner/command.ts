import { ConfigurationError, readEnv } from "@platform/kit/env.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import type { z } from "zod";
import { describe } from "./retry.ts";

/** One thing that a Job does, with its environment read. */
export type Command = (log: Logger) => Promise<void>;

/** A command that reads its environment by `settings`. */
export function command<S extends z.ZodObject>(
  settings: S,
  run: (env: z.infer<S>, log: Logger) => Promise<void>,
): Command {
  return (log) => run(readEnv(settings), log);
}

/** Runs a command and returns its exit code: 0 done or nothing to do, 1 it failed, 2 its environment is wrong. */
export async function runCommand(name: string, load: () => Promise<Command>): Promise<number> {
  try {
    const run = await load();
    await run(createLogger(name));
    return 0;
  } catch (error) {
    console.error(`${name}: ${describe(error)}`);
    return error instanceof ConfigurationError ? 2 : 1;
  }
}

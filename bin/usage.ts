import { UsageError } from "../services/kit/usage-error.ts";

/** Runs a command-line program: errors are one clear message, with exit code 2 for wrong usage and 1 for a failure. */
export async function main(program: string, usage: string, run: () => Promise<void> | void): Promise<void> {
  try {
    if (process.argv.includes("--help")) console.log(usage);
    else await run();
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || (code?.startsWith("ERR_PARSE_ARGS") ?? false);
    console.error(`${program}: ${message}${isUsage ? `\n${usage}` : ""}`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

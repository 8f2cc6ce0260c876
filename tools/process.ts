import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  /** Exit codes that mean success. Default: 0. */
  readonly accept?: readonly number[];
}

/**
 * Runs a program and returns its standard output.
 * @throws Error with the program's message if it fails or is missing
 */
export async function run(
  program: string,
  args: readonly string[],
  { input = "", cwd, accept = [0] }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, { cwd, stdio: "pipe" });
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  // A program that fails early does not read all of its input; its exit code reports the failure.
  child.stdin.on("error", () => undefined).end(input);
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code === null || !accept.includes(code))
    throw new Error(`\`${program} ${args.join(" ")}\` failed (exit code ${code}):\n${errors || output}`);
  return output;
}

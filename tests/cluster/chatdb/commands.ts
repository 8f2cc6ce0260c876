import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "../../..");

/** Runs one of the project's commands on the stack dev as a person would, and returns what it prints. */
export async function npmRun(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", command, "--", "dev", ...args], {
    cwd: root,
  });
  return stdout;
}

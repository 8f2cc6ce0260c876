import { spawn } from "node:child_process";
import { once } from "node:events";
import { print, type Terminal } from "./terminal.ts";

/** `less` leaves at once if the text fits (-F), keeps colours (-R) and leaves the text on the screen (-X). */
const defaultPager = "less -FRX";

/**
 * Prints a text: on a terminal that has fewer lines, through the pager that PAGER names (default: less), else as it is.
 * An empty PAGER, or one that cannot be run, prints the text as it is.
 */
export async function printPaged(terminal: Terminal, text: string): Promise<void> {
  const { stdin, stdout, env } = terminal;
  const pager = env["PAGER"] ?? defaultPager;
  const fits = stdout.rows === undefined || text.split("\n").length < stdout.rows;
  if (!stdin.isTTY || !stdout.isTTY || fits || pager.trim() === "" || !(await runPager(pager, text, env)))
    print(terminal, text);
}

/** The shell's exit codes for a command that is not executable or not found. */
const notRun = new Set([126, 127]);

/** @returns whether the pager could be run */
async function runPager(pager: string, text: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  // Ctrl-C belongs to the pager while it runs.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    const child = spawn(pager, { shell: true, stdio: ["pipe", "inherit", "ignore"], env: { ...process.env, ...env } });
    // Whoever leaves the pager early closes the pipe.
    child.stdin.on("error", ignore);
    child.stdin.end(`${text}\n`);
    const [code] = (await once(child, "close")) as [number | null];
    return code === null || !notRun.has(code);
  } catch {
    return false;
  } finally {
    process.off("SIGINT", ignore);
  }
}

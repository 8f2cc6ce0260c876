import { spawnSync } from "node:child_process";

/**
 * Runs a program and shows its progress and errors, which go to standard error. @throws Error when it fails or is not
 * there
 */
export function run(program: string, ...args: string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0)
    throw new Error(`\`${[program, ...args].join(" ")}\` failed (${error?.message ?? `exit code ${status}`}).`);
}

/** Runs a program and returns what it prints; its errors are shown. @throws Error when it fails or is not there */
export function capture(program: string, ...args: string[]): string {
  const { status, error, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  });
  if (status !== 0)
    throw new Error(`\`${[program, ...args].join(" ")}\` failed (${error?.message ?? `exit code ${status}`}).`);
  return stdout;
}

/** Asks a program quietly. Undefined when it fails, is not there or takes more than ten seconds. */
export function ask(program: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 10_000,
    maxBuffer: 2 ** 26,
  });
  return status === 0 ? stdout : undefined;
}

/** Whether a program can be run by its name. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ["version"], { stdio: "ignore" }).error === undefined;
}

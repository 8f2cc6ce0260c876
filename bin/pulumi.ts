import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isInstalled } from "./command.ts";

const root = join(import.meta.dirname, "..");

/** The official package that brings the command-line interface where it is not installed. */
const cliPackage = "pulumi@3.265.0";

/** State of stacks that no other backend was chosen for: on this machine, readable by its owner. */
export const stateDirectory = join(root, ".pulumi-state");

/**
 * The environment for Pulumi: what is set stays; where nothing is, state is kept in {@link stateDirectory} under a
 * passphrase made up once, so that no account is asked for.
 */
export function pulumiEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const result: NodeJS.ProcessEnv = { PULUMI_SKIP_UPDATE_CHECK: "true", ...env };
  if (env.PULUMI_BACKEND_URL || env.PULUMI_ACCESS_TOKEN) return result;
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  result.PULUMI_BACKEND_URL = pathToFileURL(stateDirectory).href;
  if (env.PULUMI_CONFIG_PASSPHRASE === undefined && env.PULUMI_CONFIG_PASSPHRASE_FILE === undefined) {
    const file = join(stateDirectory, "passphrase");
    if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
    result.PULUMI_CONFIG_PASSPHRASE_FILE = file;
  }
  return result;
}

/**
 * Runs Pulumi with its own output in view.
 * @throws Error where it fails; Pulumi has said why.
 */
export async function pulumi(...args: string[]): Promise<void> {
  const [command, ...first]: [string, ...string[]] = isInstalled("pulumi")
    ? ["pulumi"]
    : ["npm", "exec", "--yes", `--package=${cliPackage}`, "--", "pulumi"];
  const child = spawn(command, [...first, ...args], { cwd: root, env: pulumiEnvironment(), stdio: "inherit" });
  // Ctrl-C goes to Pulumi too, which stops in an orderly way; this process waits for it.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  process.off("SIGINT", ignore);
  if (code !== 0) throw new Error(`\`pulumi ${args.join(" ")}\` ended with exit code ${code}.`);
}

import { spawnSync } from "node:child_process";

/** Runs kubectl on one cluster, whatever the current context is. Returns what it prints. */
export type Kubectl = (args: readonly string[], input?: string) => string;

/** @throws Error, from each call, with what kubectl says when it fails */
export function kubectlFor(context: string): Kubectl {
  return (args, input = "") => {
    const { status, error, stdout, stderr } = spawnSync("kubectl", ["--context", context, ...args], {
      input,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    if (error)
      throw new Error(`kubectl cannot be run (${error.message}). Install it: https://kubernetes.io/docs/tasks/tools/.`);
    if (status !== 0) throw new Error(`\`kubectl ${args.join(" ")}\` failed: ${stderr.trim()}`);
    return stdout;
  };
}

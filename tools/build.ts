import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./process.ts";

const folder = import.meta.dirname;

/** Folder of the built checkers; ignored by git. */
export const cache = join(folder, "..", ".cache");

/** Programs whose versions the Go modules of this folder pin. */
export type Tool = "kubeconform" | "kube-score" | "pod-security";

/** Returns the path of a built program. */
export function toolPath(tool: Tool): string {
  return join(cache, "tools", tool);
}

/** Builds the checkers that are missing or outdated. @throws Error if Go is missing or fails */
export async function buildTools(): Promise<void> {
  mkdirSync(join(cache, "tools"), { recursive: true });
  const build = (cwd: string, ...packages: string[]) =>
    run("go", ["build", "-o", join(cache, "tools"), ...packages], { cwd });
  await build(folder, "tool", "./pod-security");
  await build(join(folder, "kube-score"), "tool");
}

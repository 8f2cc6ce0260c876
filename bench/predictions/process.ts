import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Usage } from "./service.ts";

/** Starts the service in a process of its own with that registry. */
export async function startService(registry: string): Promise<{ service: ChildProcess; url: string }> {
  const service = fork(fileURLToPath(new URL("service.ts", import.meta.url)), [registry], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  // The log must be read, or the pipe fills up.
  service.stdout!.resume();
  const [{ port }] = (await once(service, "message")) as [{ port: number }];
  return { service, url: `http://127.0.0.1:${port}` };
}

export async function usageOf(service: ChildProcess): Promise<Usage> {
  service.send("usage");
  return ((await once(service, "message")) as [Usage])[0];
}

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Returns the path of the first program that is installed, or undefined. */
export function programOf(...names: string[]): string | undefined {
  for (const name of names) {
    const found = spawnSync(
      "sh",
      ["-c", `PATH="$PATH:/usr/sbin:/sbin:$(printf %s: /usr/lib/postgresql/*/bin)" command -v ${name}`],
      { encoding: "utf8" },
    );
    if (found.status === 0) return found.stdout.trim();
  }
  return undefined;
}

/** Starts a program and waits until it listens on the port. @throws Error with its output if it ends before */
export async function startServer(command: string, args: string[], port: number): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  while (!(await isListening(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${command} ended: ${output}`);
    await delay(50);
  }
  return child;
}

export async function stopServer(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill();
  await exited;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { eventually } from "../../support/eventually.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

export type PlatformProcess = ReturnType<typeof launch>;

/** Starts the platform's command. @param temporary the system's temporary folder */
export function launch(args: string[], temporary?: string) {
  const env = temporary === undefined ? process.env : { ...process.env, TMPDIR: temporary };
  const child = spawn(process.execPath, ["services/start.ts", ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;

  const running = () => child.exitCode === null && child.signalCode === null;
  return {
    output,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /**
     * Waits up to two minutes until standard output has the text; rejects with the output if the process ends before.
     */
    async printed(text: string): Promise<void> {
      await eventually(() => {
        if (!output.stdout.includes(text) && running()) throw new Error(`did not print "${text}" in time`);
      }, 120_000);
      if (!output.stdout.includes(text))
        throw new Error(`ended without printing "${text}": ${output.stdout}${output.stderr}`);
    },
    /** Waits for the end and returns the exit code or signal, and all output. */
    async ended() {
      const [code, signal] = await closed;
      return { code: code ?? signal, ...output };
    },
    /** Kills the process, whatever its state. */
    async destroy(): Promise<void> {
      if (running()) child.kill("SIGKILL");
      await closed;
    },
  };
}

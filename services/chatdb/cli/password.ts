import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { Writable } from "node:stream";
import { UsageError } from "@platform/kit/usage-error.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Reads a password: from the variable if one is named, on a terminal from a prompt without echo, else from standard
 * input. @returns undefined if it is empty. @throws UsageError if the variable is not set
 */
export async function readPassword(
  variable: string | undefined,
  { stdin, stderr, env }: Terminal,
): Promise<string | undefined> {
  if (variable !== undefined) {
    const value = env[variable];
    if (value === undefined || value === "")
      throw new UsageError(`--password-env: the variable ${variable} is not set`);
    return value;
  }
  const typed = stdin.isTTY ? await promptSilently("Password: ", stdin, stderr) : await text(stdin);
  return typed.replace(/\r?\n$/, "") || undefined;
}

async function promptSilently(question: string, input: Terminal["stdin"], stderr: Terminal["stderr"]): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silence, terminal: true, historySize: 0 });
  // Without a listener Ctrl-C would only end the prompt.
  lines.once("SIGINT", () => {
    lines.close();
    process.kill(process.pid, "SIGINT");
  });
  stderr.write(question);
  try {
    return await lines.question("");
  } finally {
    lines.close();
    stderr.write("\n");
  }
}

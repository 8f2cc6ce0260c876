import type { Readable } from "node:stream";

/** The streams and environment of a command: the process's own, or a test's. */
export interface Terminal {
  stdin: Readable & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  env: NodeJS.ProcessEnv;
}

/** Width of a line, in characters; unlimited if the output is no terminal. */
export const widthOf = ({ stdout }: Terminal) => (stdout.isTTY ? stdout.columns || 80 : Infinity);

export const print = ({ stdout }: Terminal, text: string) => void stdout.write(`${text}\n`);
export const report = ({ stderr }: Terminal, text: string) => void stderr.write(`${text}\n`);

import type { Readable } from "node:stream";

/** Where a command reads and writes: the process's own streams, or a test's. */
export interface Terminal {
  stdin: Readable & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  env: NodeJS.ProcessEnv;
}

/** Characters in a line; what is no terminal takes lines of any length. */
export const widthOf = ({ stdout }: Terminal) => (stdout.isTTY ? stdout.columns || 80 : Infinity);

export const print = ({ stdout }: Terminal, text: string) => void stdout.write(`${text}\n`);
export const tell = ({ stderr }: Terminal, text: string) => void stderr.write(`${text}\n`);

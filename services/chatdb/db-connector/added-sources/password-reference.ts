import { readFile, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";

/** References reach only variables with this prefix, since the environment also has the connector's own passwords. */
const prefix = "DATASOURCE_SECRET_";

export interface PasswordSources {
  env: NodeJS.ProcessEnv;
  /** The folder with the files that references may name. Undefined: they may name none. */
  folder: string | undefined;
}

/**
 * Reads the password that `env:NAME` (the variable DATASOURCE_SECRET_NAME) or `file:NAME` (in the folder) refers to.
 * @throws Problem 503 when it is missing or empty
 */
export async function resolvePassword(reference: string, { env, folder }: PasswordSources): Promise<string> {
  const [kind, name = ""] = reference.split(":");
  const value = kind === "env" ? env[prefix + name] : await readIn(folder, name);
  if (value !== undefined && value !== "") return value;
  const where =
    kind === "env"
      ? `the variable ${prefix}${name}`
      : folder === undefined
        ? "a folder of secrets (DATASOURCE_SECRETS_DIR)"
        : `the file ${name} in ${folder}`;
  throw new Problem(
    chatdbProblems.dataSourcePasswordUnavailable,
    `The password is to be read from ${reference}, but the connector has not ${where}, or it is empty.`,
  );
}

async function readIn(folder: string | undefined, name: string): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  try {
    // Mounted secrets are symbolic links; a link must not lead out of the folder.
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    if (!file.startsWith(root + sep)) return undefined;
    return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

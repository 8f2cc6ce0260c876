import { readFile } from "node:fs/promises";
import { modelName } from "@chatdb/contracts/models.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { printRecords } from "./records.ts";
import { report, type Terminal } from "./terminal.ts";

/** `chatdb import`: imports an ONNX file as a version of a model. */
export async function importModel(
  [name, path]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const { target, features, classes } = settings;
  const checked = modelName.safeParse(name);
  if (!checked.success)
    throw new UsageError(checked.error.issues.map(({ message }) => `${name}: ${message}`).join("\n"));
  const file = await readFile(path!).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  });
  const { version, created } = await gateway.importModel(
    checked.data,
    { ...(target && { target }), ...(features && { features }), ...(classes && { classes }) },
    file,
  );
  const { imported } = version;
  const row = [
    version.name,
    version.version,
    imported?.target ?? "",
    imported?.features.join(", ") ?? "",
    imported?.classes?.join(", ") ?? "",
  ];
  printRecords(
    { value: version, columns: ["model", "version", "predicts", "features", "classes"], rows: [row] },
    settings,
    terminal,
  );
  if (!created) report(terminal, "The same file was imported before, in the same way.");
  return exitCodes.success;
}

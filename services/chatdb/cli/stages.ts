import { versionReference, type ModelVersion } from "@chatdb/contracts/models.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { printRecords } from "./records.ts";
import type { Terminal } from "./terminal.ts";

/** `chatdb promote`: puts a version into a stage. */
export async function promote(
  [name, version]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  checkVersions(version!);
  // The registry only takes numbers, since the latest version may change meanwhile.
  const number = /^\d+$/.test(version!) ? Number(version) : (await gateway.version(name!, version!)).version;
  return printVersion(await gateway.setStage(name!, number, settings.to), settings, terminal);
}

/** `chatdb rollback`: brings the previous production version back. */
export async function rollback(
  [name]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  return printVersion(await gateway.rollBack(name!), settings, terminal);
}

/** @throws UsageError that lists the names that are no versions */
export function checkVersions(...versions: string[]): void {
  const wrong = versions.filter((version) => !versionReference.safeParse(version).success);
  if (wrong.length > 0)
    throw new UsageError(`${wrong.join(", ")}: expected a version's number, latest, staging or production`);
}

function printVersion(version: ModelVersion, settings: Settings, terminal: Terminal): number {
  printRecords(
    { value: version, columns: ["model", "version", "stage"], rows: [[version.name, version.version, version.stage]] },
    settings,
    terminal,
  );
  return exitCodes.success;
}

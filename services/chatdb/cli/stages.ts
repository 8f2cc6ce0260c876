import { versionReference, type ModelVersion } from "@chatdb/contracts/models.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes, UsageError, type Settings } from "./options.ts";
import { printRecords } from "./records.ts";
import type { Terminal } from "./terminal.ts";

/** `chatdb promote`: a version comes to a stage. */
export async function promote(
  [name, version]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  checkVersions(version!);
  // What is the latest now may not be later: the registry takes numbers alone.
  const number = /^\d+$/.test(version!) ? Number(version) : (await gateway.version(name!, version!)).version;
  return printed(await gateway.setStage(name!, number, settings.to), settings, terminal);
}

/** `chatdb rollback`: the version that was in production before is there again. */
export async function rollback(
  [name]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  return printed(await gateway.rollBack(name!), settings, terminal);
}

/** @throws UsageError naming those that are no version's name */
export function checkVersions(...versions: string[]): void {
  const wrong = versions.filter((version) => !versionReference.safeParse(version).success);
  if (wrong.length > 0)
    throw new UsageError(`${wrong.join(", ")}: expected a version's number, latest, staging or production`);
}

function printed(version: ModelVersion, settings: Settings, terminal: Terminal): number {
  printRecords(
    { value: version, columns: ["model", "version", "stage"], rows: [[version.name, version.version, version.stage]] },
    settings,
    terminal,
  );
  return exitCodes.rows;
}

import type { Comparison } from "@chatdb/contracts/models.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { printRecords } from "./records.ts";
import { checkVersions } from "./stages.ts";
import { printable } from "./table.ts";
import { report, type Terminal } from "./terminal.ts";

/** `chatdb compare`: prints the metrics of two versions and the differences in their data and parameters. */
export async function compare(
  [name, from, to]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  checkVersions(from!, to!);
  const found = await gateway.compare(name!, from!, to!);
  const rows = found.metrics.map((metric) => [
    metric.name,
    metric.from ?? "",
    metric.to ?? "",
    metric.difference ?? "",
  ]);
  printRecords({ value: found, columns: ["metric", "from", "to", "difference"], rows }, settings, terminal);
  report(terminal, dataComparison(found));
  for (const changed of found.changed_parameters)
    report(terminal, printable(`${changed.name}: ${text(changed.from)} became ${text(changed.to)}.`));
  return exitCodes.success;
}

function dataComparison({ from, to, same_dataset }: Comparison): string {
  if (from.imported || to.imported) return "What an imported version was made from is not known.";
  return same_dataset ? "Both were made from the same data." : "They were made from different data.";
}

const text = (value: unknown) =>
  value === undefined ? "not given" : typeof value === "string" ? value : JSON.stringify(value);

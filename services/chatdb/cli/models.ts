import type { Gateway } from "./gateway.ts";
import { metricsText } from "./job-text.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { printRecords } from "./records.ts";
import type { Terminal } from "./terminal.ts";

/** `chatdb models`: lists the models, or the versions of one, newest first. */
export async function models(
  [name]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  if (name === undefined) {
    const found = await gateway.models();
    const rows = found.map((model) => [
      model.name,
      model.latest_version,
      model.production_version ?? "",
      model.staging_version ?? "",
      model.updated_at,
    ]);
    printRecords(
      {
        value: found,
        columns: ["model", "latest", "production", "staging", "changed"],
        rows,
        none: "There is no model yet.",
      },
      settings,
      terminal,
    );
  } else {
    const found = await gateway.versions(name);
    const rows = found.map(({ version, stage, lineage, imported, metrics, created_at }) => [
      version,
      stage,
      lineage?.parameters.family ?? (imported ? "imported (ONNX)" : ""),
      metricsText(metrics),
      created_at,
    ]);
    printRecords(
      { value: found, columns: ["version", "stage", "family", "metrics", "made"], rows },
      settings,
      terminal,
    );
  }
  return exitCodes.success;
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { title } from "../policies/kubernetes.ts";
import { toYaml, type Manifest } from "../render/manifests.ts";
import { toolPath } from "./build.ts";
import type { Finding } from "./finding.ts";
import { run } from "./process.ts";
import { schemaOf } from "./schemas.ts";

interface Result {
  readonly filename: string;
  readonly status: "statusValid" | "statusInvalid" | "statusError" | "statusSkipped" | "statusEmpty";
  readonly msg: string;
  readonly validationErrors?: readonly { readonly path: string; readonly msg: string }[];
}

/** Checks every object against the strict schema of its kind: https://github.com/yannh/kubeconform. */
export async function kubeconform(objects: readonly Manifest[]): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), "kubeconform-"));
  try {
    await writeSchemas(folder, objects);
    // A result does not include the namespace, so each object gets its own file, in the order of the objects.
    const files = objects.map((object, index) => {
      const file = join(folder, `${index}.yaml`);
      writeFileSync(file, toYaml([object]));
      return file;
    });
    const location = join(folder, "{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json");
    const output = await run(
      toolPath("kubeconform"),
      ["-strict", "-verbose", "-output", "json", "-schema-location", location, ...files],
      { accept: [0, 1] },
    );
    const { resources } = JSON.parse(output) as { resources: Result[] };
    if (resources.length !== objects.length)
      throw new Error(`kubeconform looked at ${resources.length} of ${objects.length} objects.`);
    return resources.flatMap((result) => findings(result, objects[files.indexOf(result.filename)]!));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function findings({ status, msg, validationErrors }: Result, object: Manifest): Finding[] {
  if (status === "statusValid") return [];
  const messages = validationErrors?.map(({ path, msg }) => `${path}: ${msg}`) ?? [msg];
  return messages.map((message) => ({ object: title(object), check: "kubeconform/schema", message, critical: true }));
}

async function writeSchemas(folder: string, objects: readonly Manifest[]): Promise<void> {
  for (const name of new Set(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))) {
    const [apiVersion, kind] = name.split(" ") as [string, string];
    // kubeconform's template uses the version as the group when a kind has no group.
    const [group, version = group] = apiVersion.split("/") as [string, string?];
    writeFileSync(
      join(folder, `${group}_${version}_${kind.toLowerCase()}.json`),
      JSON.stringify(await schemaOf(apiVersion, kind)),
    );
  }
}

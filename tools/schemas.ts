import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "./process.ts";
import sources from "./schema-sources.json" with { type: "json" };
import { reachable, strictSchema, type Schema } from "./strict-schema.ts";

/** A Go module with the schemas of some API groups: Kubernetes' own OpenAPI, or definitions of custom resources. */
interface Source {
  readonly groups: readonly string[];
  /** Module and version; `sum` pins the content, as go.sum does. */
  readonly module: string;
  readonly sum: string;
  readonly openapi?: string;
  readonly crds?: string;
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/**
 * Returns the strict JSON Schema of a kind, with all definitions that it refers to.
 * @throws Error if no source has it
 */
export async function schemaOf(apiVersion: string, kind: string): Promise<Schema> {
  const [version, group = ""] = apiVersion.split("/").reverse() as [string, string?];
  const source = (sources as readonly Source[]).find(({ groups }) => groups.includes(group));
  if (!source)
    throw new Error(
      `There is no schema for ${kind} of ${apiVersion}: name a Go module that has it in tools/schema-sources.json.`,
    );
  const definitions = await kubernetesDefinitions();
  const schema = source.openapi
    ? builtIn(definitions, group, version, kind)
    : custom(await folderOf(source), source.crds!, group, version, kind);
  if (!schema) throw new Error(`${source.module} has no schema for ${kind} of ${apiVersion}.`);
  const strict = strictSchema(schema);
  return { ...strict, definitions: reachable(strict, definitions) };
}

function builtIn(
  definitions: Readonly<Record<string, Schema>>,
  group: string,
  version: string,
  kind: string,
): Schema | undefined {
  return Object.values(definitions).find((definition) => {
    const names = definition["x-kubernetes-group-version-kind"] as
      | { group: string; version: string; kind: string }[]
      | undefined;
    return names?.some((name) => name.group === group && name.version === version && name.kind === kind);
  });
}

function custom(module: string, folder: string, group: string, version: string, kind: string): Schema | undefined {
  for (const file of readdirSync(join(module, folder)).filter((name) => name.startsWith(`${group}_`))) {
    const { spec } = parse(readFileSync(join(module, folder, file), "utf8")) as CustomResourceDefinition;
    if (spec.group !== group || spec.names.kind !== kind) continue;
    const schema = spec.versions.find(({ name }) => name === version)?.schema.openAPIV3Schema;
    // A definition declares its metadata only as an object; the API server validates it as it does for all objects.
    return (
      schema && { ...schema, properties: { ...schema.properties, metadata: { $ref: `#/definitions/${objectMeta}` } } }
    );
  }
  return undefined;
}

let known: Promise<Record<string, Schema>> | undefined;

function kubernetesDefinitions(): Promise<Record<string, Schema>> {
  const source = (sources as readonly Source[]).find(({ openapi }) => openapi)!;
  return (known ??= folderOf(source).then((folder) => {
    const { definitions } = JSON.parse(readFileSync(join(folder, source.openapi!), "utf8")) as {
      definitions: Record<string, Schema>;
    };
    // The server accepts a number for a quantity, which the definition omits.
    return { ...definitions, [quantity]: { type: ["string", "number"] } };
  }));
}

/** Downloads a module if needed, and returns its folder. @throws Error if its content differs from the pinned one */
async function folderOf({ module, sum }: Source): Promise<string> {
  const answer = JSON.parse(await run("go", ["mod", "download", "-json", module], { cwd: tmpdir() })) as {
    Dir: string;
    Sum: string;
  };
  if (answer.Sum !== sum)
    throw new Error(`${module} is not what tools/schema-sources.json pins: its sum is ${answer.Sum}.`);
  return answer.Dir;
}

import { settingAt } from "../config/project.ts";
import type { StackConfig } from "../config/read-settings.ts";
import { settingKey } from "../config/setting-key.ts";
import { ask } from "./command.ts";

/** What a stack needs of its cluster and does not bring itself. */
interface Operator {
  readonly name: string;
  /** The resource definition by which it is recognised. */
  readonly definition: string;
  readonly install: string;
}

const cloudNativePg: Operator = {
  name: "CloudNativePG",
  definition: "clusters.postgresql.cnpg.io",
  install:
    "kubectl apply --server-side -f https://raw.githubusercontent.com/cloudnative-pg/cloudnative-pg/v1.30.0/releases/cnpg-1.30.0.yaml",
};
const barmanCloud: Operator = {
  name: "its plugin Barman Cloud (which needs cert-manager)",
  definition: "objectstores.barmancloud.cnpg.io",
  install:
    "kubectl apply -f https://github.com/cloudnative-pg/plugin-barman-cloud/releases/download/v0.15.0/manifest.yaml",
};

/** The operators that a stack's settings call for, by its configuration as Pulumi hands it over. */
export function neededOperators(stack: StackConfig): Operator[] {
  const setting = (name: string) => settingAt(stack, settingKey("chatdb", `postgres.${name}`));
  const isClustered = Number(setting("instances") ?? 0) > 1;
  if (!isClustered || setting("external") !== undefined) return [];
  return [cloudNativePg, ...(setting("cluster.archive") === undefined ? [] : [barmanCloud])];
}

/**
 * What to say where `installed`, the names of a cluster's resource definitions, lack what is needed; undefined where
 * all is there.
 */
export function missingOperators(needed: readonly Operator[], installed: readonly string[]): string | undefined {
  const missing = needed.filter(({ definition }) => !installed.includes(definition));
  if (missing.length === 0) return undefined;
  const lines = missing.map(
    ({ name, definition, install }) => `  ${name}: there is no ${definition}. Install it with\n    ${install}`,
  );
  return `the cluster lacks what PostgreSQL of several instances needs (docs/postgres.md):\n${lines.join("\n")}`;
}

/**
 * Looks before anything is created whether a cluster has the operators that a stack needs.
 * @throws Error that says which are missing and how to install them. Where kubectl cannot be asked, Pulumi finds out later.
 */
export function requireOperators(stack: StackConfig, context: string): void {
  const needed = neededOperators(stack);
  if (needed.length === 0) return;
  const names = ask(
    "kubectl",
    "--context",
    context,
    "get",
    "customresourcedefinitions",
    "--output",
    "jsonpath={.items[*].metadata.name}",
  );
  const objection = names === undefined ? undefined : missingOperators(needed, names.split(" "));
  if (objection !== undefined) throw new Error(objection);
}

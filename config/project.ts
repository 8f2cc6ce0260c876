import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { platformSettings } from "./platform.ts";
import { settingKey, sharedNamespace } from "./setting-key.ts";

interface Declaration {
  readonly type: "string" | "integer" | "boolean" | "array" | "object";
  readonly description: string;
  readonly default?: unknown;
  readonly value?: unknown;
}

const root = join(import.meta.dirname, "..");

interface Project {
  readonly name: string;
  readonly config: Record<string, Declaration>;
}

/** The project file: name and declared settings. */
export function project(): Project {
  return parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as Project;
}

/** Names of the stacks that have a file: `dev`, `prod`. */
export function stackNames(): string[] {
  return readdirSync(root).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/**
 * A stack's configuration as the engine would hand it to the program: the project's defaults, then the stack's own
 * settings, then `overrides` (names without the project's prefix). An encrypted value is replaced by a marker that
 * {@link secretSetting} reads.
 * @throws Error where there is no such stack.
 */
export function stackConfig(
  stack: string,
  overrides: Record<string, unknown> = {},
): { config: Record<string, string>; secretKeys: string[] } {
  const file = join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new Error(`There is no stack ${stack}: the stacks are ${stackNames().join(", ")}.`);
  const { config: declarations } = project();
  const own = (parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> }).config ?? {};
  const prefixed = (settings: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(settings).map(([key, value]) => [fullKey(key), value]));
  const defaults = Object.fromEntries(
    Object.entries(declarations).map(([key, declaration]) => [key, declaration.default ?? declaration.value]),
  );
  const merged = { ...prefixed(defaults), ...own, ...prefixed(overrides) };
  const marked = Object.entries(merged).map(
    ([key, value]) => [key, markSecrets(value, key.replace(":", "-"))] as const,
  );
  return {
    config: Object.fromEntries(
      marked.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    secretKeys: marked.filter(([, value]) => JSON.stringify(value).includes(marker)).map(([key]) => key),
  };
}

/** Name of a setting with its namespace. */
export function fullKey(name: string): string {
  if (name.includes(":")) return name;
  return settingKey(name in platformSettings.shape ? sharedNamespace : "chatdb", name);
}

const marker = "secret setting ";

function markSecrets(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("secure" in value) return `${marker}${path}`;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, markSecrets(child, `${path}.${key}`)]));
}

/** The encrypted setting that {@link stackConfig} put this value in place of: its namespace, a dash and its name. */
export function secretSetting(value: string): string | undefined {
  return value.startsWith(marker) ? value.slice(marker.length) : undefined;
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { StackConfig } from "./read-settings.ts";
import { settingKey, sharedNamespace } from "./setting-key.ts";
import { withValueAt } from "./setting-path.ts";

interface Declaration {
  readonly type: "string" | "integer" | "boolean" | "array" | "object";
  readonly description: string;
  readonly default: unknown;
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
 * settings, then `overrides` by the paths of settings, such as `chatdb:kafka.brokers`; undefined removes what is there.
 * An encrypted value is replaced by a marker that {@link secretSetting} reads.
 * @throws Error where there is no such stack
 */
export function stackConfig(stack: string, overrides: SettingOverrides = {}): StackConfig {
  const file = join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new Error(`There is no stack ${stack}: the stacks are ${stackNames().join(", ")}.`);
  const { config: own = {} } = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
  const shared = Object.entries(project().config).map(([name, declaration]) => [
    settingKey(sharedNamespace, name),
    declaration.default,
  ]);
  let settings: Record<string, unknown> = { ...Object.fromEntries(shared), ...own };
  for (const [path, value] of Object.entries(overrides)) settings = withSetting(settings, path, value);
  const marked = Object.entries(settings).map(
    ([key, value]) => [key, markSecrets(value, key.replace(":", "-"))] as const,
  );
  return {
    config: Object.fromEntries(
      marked.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    secretKeys: marked.filter(([, value]) => JSON.stringify(value).includes(marker)).map(([key]) => key),
  };
}

/** Settings that replace a stack's own, by their paths: `platform:imageTag`, `chatdb:kafka.brokers`. */
export type SettingOverrides = Readonly<Record<string, unknown>>;

/** A stack's settings with another value at a path; undefined removes what is there. */
export function withSetting(settings: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const [key = "", ...inner] = path.split(".");
  return withValueAt(settings, [key, ...inner], value) as Record<string, unknown>;
}

/** The value at a setting's path, as the stack or Pulumi.yaml gives it: a system's own defaults are not filled in. */
export function settingAt({ config }: StackConfig, path: string): unknown {
  const [key = "", ...inner] = path.split(".");
  const text = config[key];
  if (text === undefined) return undefined;
  return inner.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
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

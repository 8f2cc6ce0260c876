import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { describeSettings, type SettingDescription } from "./describe-settings.ts";
import { secretTitle } from "./fields.ts";
import type { Issue } from "./issue.ts";
import { nearestName } from "./nearest-name.ts";
import { settingKey } from "./setting-key.ts";

/** A stack's configuration as Pulumi hands it over. */
export interface StackConfig {
  /** Text by full setting name, JSON where a setting is not text itself. */
  readonly config: Readonly<Record<string, string>>;
  /** Names of the settings that are encrypted in the stack's file, or hold something that is. */
  readonly secretKeys: readonly string[];
}

/** The settings of one namespace. */
export interface SettingsDeclaration<Schema extends z.ZodObject = z.ZodObject> {
  readonly namespace: string;
  /** Types, defaults and meanings; the default of an object is filled in field by field. */
  readonly schema: Schema;
  /** How the settings have to fit together. Paths are without the namespace. */
  check?(this: void, settings: z.infer<Schema>): Issue[];
  /** Earlier names of settings, without the namespace, and the full names that they have now. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Settings that were read, or the reasons why they cannot be. */
export interface Reading<Settings> {
  readonly settings?: Settings;
  readonly issues: readonly Issue[];
}

/** The configuration of the program that runs. */
export function currentStackConfig(): StackConfig {
  const config = pulumi.runtime.allConfig();
  // Missing from the SDK's type declarations, though exported; its version is pinned.
  const { isConfigSecret } = pulumi.runtime as typeof pulumi.runtime & {
    isConfigSecret: (key: string) => boolean;
  };
  return { config, secretKeys: Object.keys(config).filter((key) => isConfigSecret(key)) };
}

/** Reads and checks the settings of one namespace. Settings that the declaration does not have are issues, too. */
export function readSettings<Schema extends z.ZodObject>(
  declaration: SettingsDeclaration<Schema>,
  stack: StackConfig,
): Reading<z.infer<Schema>> {
  const { namespace, schema } = declaration;
  const rows = describeSettings(schema);
  const raw = rawSettings(declaration, stack);
  const result = schema.safeParse(raw);
  const faults = result.success
    ? [...clearSecrets(rows, raw, namespace, stack), ...(declaration.check?.(result.data) ?? [])]
    : result.error.issues.flatMap((issue) => explain(issue, declaration, rows));
  const issues = faults.map(({ path, message }) => ({ path: settingKey(namespace, path), message }));
  return result.success ? { settings: result.data, issues } : { issues };
}

function rawSettings({ namespace, schema }: SettingsDeclaration, { config }: StackConfig): Record<string, unknown> {
  const prefix = settingKey(namespace, "");
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => {
        const name = key.slice(prefix.length);
        return [name, rawValue(text, schema.shape[name] as z.ZodType | undefined)];
      }),
  );
}

/** Pulumi hands every setting over as text: JSON where the setting is not text itself. */
function rawValue(text: string, type: z.ZodType | undefined): unknown {
  if (type === undefined || type.safeParse("").success || type.safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Says what is wrong in terms of the settings. */
function explain(
  issue: z.core.$ZodIssue,
  { namespace, renamed = {} }: SettingsDeclaration,
  rows: readonly SettingDescription[],
): Issue[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownSetting(path === "" ? key : `${path}.${key}`, rows, renamed));
  }
  // Zod says one level deeper why a key is wrong.
  if (issue.code === "invalid_key") return [{ path, message: issue.issues[0]?.message ?? issue.message }];
  const row = rows.find((row) => matches(row.path, path));
  const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  if (row && isMissing) {
    const mend = row.type === secretTitle ? `set it with \`${setSecret(settingKey(namespace, path))}\`` : row.meaning;
    return [{ path, message: `is needed: ${mend}` }];
  }
  return [{ path, message: issue.message }];
}

function unknownSetting(
  path: string,
  rows: readonly SettingDescription[],
  renamed: Readonly<Record<string, string>>,
): Issue {
  const now = renamed[path];
  if (now !== undefined) return { path, message: `is now ${now}` };
  const [parent, name] = [path.split(".").slice(0, -1), path.split(".").at(-1)!];
  const siblings = rows
    .filter((row) => matches(row.path.split(".").slice(0, -1).join("."), parent.join(".")))
    .map((row) => row.path.split(".").at(-1)!);
  const nearest = nearestName(name, siblings);
  const advice = nearest === undefined ? `take one of ${siblings.join(", ")}` : `did you mean ${nearest}?`;
  return { path, message: `is no setting: ${advice}` };
}

/** Whether a path is the one that a declaration has, in which `<name>` stands for any key. */
function matches(declared: string, path: string): boolean {
  const [names, keys] = [declared.split("."), path.split(".")];
  return names.length === keys.length && names.every((name, index) => name === "<name>" || name === keys[index]);
}

/** Secrets that stand in the stack's file for everyone to read. */
function clearSecrets(
  rows: readonly SettingDescription[],
  raw: Record<string, unknown>,
  namespace: string,
  { secretKeys }: StackConfig,
): Issue[] {
  return rows
    .filter(({ type }) => type === secretTitle)
    .flatMap(({ path }) => pathsIn(raw, path.split(".")))
    .filter(([name]) => !secretKeys.includes(settingKey(namespace, name!)))
    .map((path) => ({
      path: path.join("."),
      message: `is not encrypted: set it with \`${setSecret(settingKey(namespace, path.join(".")))}\``,
    }));
}

function setSecret(key: string): string {
  return `pulumi config set --secret --path '${key}'`;
}

/** Paths of the values that a declared path leads to. */
function pathsIn(value: unknown, [name, ...rest]: readonly string[]): string[][] {
  if (name === undefined) return value === undefined ? [] : [[]];
  if (typeof value !== "object" || value === null) return [];
  const keys = name === "<name>" ? Object.keys(value) : [name];
  return keys.flatMap((key) => pathsIn((value as Record<string, unknown>)[key], rest).map((path) => [key, ...path]));
}

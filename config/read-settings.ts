import type { z } from "zod";
import type { Issue } from "./issue.ts";
import { settingKey } from "./setting-key.ts";

/** A stack's configuration as Pulumi hands it over: text by full setting name, JSON where a setting is not text itself. */
export type StackConfig = Readonly<Record<string, string>>;

/** Settings that were read, or the reasons why they cannot be. */
export interface Reading<Settings> {
  readonly settings?: Settings;
  readonly issues: readonly Issue[];
}

/** Reads the settings of one namespace. Every setting that the schema does not know is an issue. */
export function readSettings<Schema extends z.ZodObject>(
  config: StackConfig,
  namespace: string,
  schema: Schema,
): Reading<z.infer<Schema>> {
  const raw = Object.fromEntries(
    Object.entries(schema.shape).map(([name, type]) => [
      name,
      rawValue(config[settingKey(namespace, name)], type as z.ZodType),
    ]),
  );
  const result = schema.safeParse(raw);
  if (result.success) return { settings: result.data, issues: [] };
  return {
    issues: result.error.issues.map((issue) => ({
      path: settingKey(namespace, issue.path.map(String).join(".")),
      message: reason(issue),
    })),
  };
}

function rawValue(text: string | undefined, type: z.ZodType): unknown {
  if (text === undefined || type.safeParse("").success || type.safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Zod says one level deeper why a key is wrong. */
function reason(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

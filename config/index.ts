import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { crossChecks, type Issue } from "./checks.ts";
import { secretNames, settings as schema, type Settings } from "./schema.ts";
import { secretIssues } from "./secrets.ts";
import { serviceSettings, type ServiceName, type ServiceSettings } from "./chatdb/sizes.ts";

/** The checked configuration of one environment. */
export interface Configuration extends Settings {
  /** Size and probes of one microservice: the specification's figures, then serviceDefaults, then services. */
  service(name: ServiceName): ServiceSettings;
  /** A secret setting, encrypted in the stack's file. */
  secret(name: (typeof secretNames)[number]): pulumi.Output<string>;
  /** The same where it may be missing. */
  optionalSecret(name: (typeof secretNames)[number]): pulumi.Output<string> | undefined;
  dataSourcePassword(name: string): pulumi.Output<string>;
}

/**
 * Reads and checks the whole configuration of the stack; nothing else in the program reads any.
 * @throws pulumi.RunError that lists all that is wrong with it, each with its place.
 */
export function readConfiguration(config = new pulumi.Config()): Configuration {
  const { settings, issues } = parse(rawSettings(config));
  const all = [
    ...unknownSettings(config),
    ...issues,
    ...(settings ? [...crossChecks(settings), ...secretIssues(settings, config)] : []),
  ];
  if (!settings || all.length > 0) throw new pulumi.RunError(report(all));
  return Object.freeze({
    ...settings,
    service: (name: ServiceName) => serviceSettings(name, settings.serviceDefaults, settings.services[name] ?? {}),
    secret: (name: (typeof secretNames)[number]) => config.requireSecret(name),
    optionalSecret: (name: (typeof secretNames)[number]) => config.getSecret(name),
    dataSourcePassword: (name: string) =>
      config.requireSecretObject<Record<string, string>>("dataSourcePasswords").apply((passwords) => passwords[name]!),
  });
}

function rawSettings(config: pulumi.Config): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, type]) => [name, rawValue(config.get(name), type)]),
  );
}

/** Pulumi hands every setting over as text: JSON where the setting is not text itself. */
function rawValue(text: string | undefined, type: z.ZodType): unknown {
  if (text === undefined || type.safeParse("").success || type.safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parse(raw: Record<string, unknown>): { settings?: Settings; issues: Issue[] } {
  const result = schema.safeParse(raw);
  if (result.success) return { settings: result.data, issues: [] };
  // Of a key that does not fit, zod tells the reason one level deeper.
  const reason = (issue: z.core.$ZodIssue) =>
    issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return {
    issues: result.error.issues.map((issue) => ({ path: issue.path.map(String).join("."), message: reason(issue) })),
  };
}

/** What nothing reads is most likely misspelt. */
function unknownSettings({ name: project }: pulumi.Config): Issue[] {
  const known = [...Object.keys(schema.shape), ...secretNames].map((name) => `${project}:${name}`);
  return Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(`${project}:`) && !known.includes(key))
    .map((key) => ({ path: key.slice(project.length + 1), message: "is no setting of Pulumi.yaml" }));
}

function report(issues: readonly Issue[]): string {
  const lines = issues.map(({ path, message }) => `  ${path}: ${message}`);
  return `The configuration of stack ${pulumi.getStack()} has ${issues.length === 1 ? "a problem" : `${issues.length} problems`}:\n${lines.join("\n")}`;
}

import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { crossChecks, type Issue } from "./checks.ts";
import type { secretNames} from "./schema.ts";
import { settings as schema, type Settings } from "./schema.ts";
import { serviceSettings, type ServiceName, type ServiceSettings } from "./services.ts";

/** The checked configuration of one environment. */
export interface Configuration extends Settings {
  /** Size and probes of one microservice: the specification's figures, then serviceDefaults, then services. */
  service(name: ServiceName): ServiceSettings;
  /** A secret setting, encrypted in the stack's file. */
  secret(name: (typeof secretNames)[number]): pulumi.Output<string>;
  dataSourcePassword(name: string): pulumi.Output<string>;
}

/**
 * Reads and checks the whole configuration of the stack; nothing else in the program reads any.
 * @throws pulumi.RunError that lists all that is wrong with it, each with its place.
 */
export function readConfiguration(config = new pulumi.Config()): Configuration {
  const { settings, issues } = parse(rawSettings(config));
  const all = [...issues, ...(settings ? [...crossChecks(settings), ...missingSecrets(settings, config)] : [])];
  if (!settings || all.length > 0) throw new pulumi.RunError(report(all));
  return Object.freeze({
    ...settings,
    service: (name: ServiceName) => serviceSettings(name, settings.serviceDefaults, settings.services[name] ?? {}),
    secret: (name: (typeof secretNames)[number]) => config.requireSecret(name),
    dataSourcePassword: (name: string) =>
      config.requireSecretObject<Record<string, string>>("dataSourcePasswords").apply((passwords) => {
        const password = passwords[name];
        if (password === undefined) throw new pulumi.RunError(`The secret dataSourcePasswords has no entry ${name}.`);
        return password;
      }),
  });
}

function rawSettings(config: pulumi.Config): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema.shape).map(([name, type]) => [name, rawValue(config.get(name), type)]));
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
  return { issues: result.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })) };
}

function missingSecrets(settings: Settings, config: pulumi.Config): Issue[] {
  const needed: [(typeof secretNames)[number], boolean, string][] = [
    ["externalPostgresPassword", settings.externalPostgres !== undefined, "externalPostgres"],
    ["externalObjectStoreAccessKeyId", settings.externalObjectStore !== undefined, "externalObjectStore"],
    ["externalObjectStoreSecretAccessKey", settings.externalObjectStore !== undefined, "externalObjectStore"],
    ["dataSourcePasswords", Object.keys(settings.dataSources).length > 0, "dataSources"],
  ];
  return needed
    .filter(([name, isNeeded]) => isNeeded && config.getSecret(name) === undefined)
    .map(([name, , by]) => ({ path: name, message: `is needed by ${by}: set it with \`pulumi config set --secret ${name}\`` }));
}

function report(issues: readonly Issue[]): string {
  const lines = issues.map(({ path, message }) => `  ${path}: ${message}`);
  return `The configuration of stack ${pulumi.getStack()} has ${issues.length === 1 ? "a problem" : `${issues.length} problems`}:\n${lines.join("\n")}`;
}

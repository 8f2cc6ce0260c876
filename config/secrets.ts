import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "./issue.ts";
import { keyInClear } from "./chatdb/language-model.ts";
import type { secretNames, Settings } from "./schema.ts";

/** Secrets that the settings call for and the stack does not have, or that they would give away. */
export function secretIssues(settings: Settings, config: pulumi.Config): Issue[] {
  const needed: [(typeof secretNames)[number], boolean, string][] = [
    ["externalPostgresPassword", settings.externalPostgres !== undefined, "externalPostgres"],
    ["externalKafkaPassword", settings.externalKafka?.username !== undefined, "externalKafka.username"],
    ["externalObjectStoreAccessKeyId", settings.externalObjectStore !== undefined, "externalObjectStore"],
    ["externalObjectStoreSecretAccessKey", settings.externalObjectStore !== undefined, "externalObjectStore"],
  ];
  const passwords = entries(pulumi.runtime.getConfig(`${config.name}:dataSourcePasswords`));
  return [
    ...needed
      .filter(([name, isNeeded]) => isNeeded && config.getSecret(name) === undefined)
      .map(([name, , by]) => ({
        path: name,
        message: `is needed by ${by}: set it with \`pulumi config set --secret ${name}\``,
      })),
    ...Object.keys(settings.dataSources)
      .filter((name) => !passwords.includes(name))
      .map((name) => `dataSourcePasswords.${name}`)
      .map((path) => ({
        path,
        message: `is needed by dataSources: set it with \`pulumi config set --secret --path ${path}\``,
      })),
    ...keyInClear(settings, config.getSecret("llmKey") !== undefined),
  ];
}

/** Names of the texts in an object; none where it is no object. Only the names leave this function. */
function entries(json: string | undefined): string[] {
  try {
    return Object.entries(JSON.parse(json ?? "{}") as Record<string, unknown>).flatMap(([name, value]) =>
      typeof value === "string" ? [name] : [],
    );
  } catch {
    return [];
  }
}

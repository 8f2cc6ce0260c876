import * as pulumi from "@pulumi/pulumi";
import { serviceSettings, type ServiceName, type ServiceSettings } from "./chatdb/sizes.ts";
import { crossChecks } from "./checks.ts";
import type { Issue } from "./issue.ts";
import type { PlatformSettings } from "./platform.ts";
import { readSettings, type Reading, type StackConfig } from "./read-settings.ts";
import { secretNames, settings as schema, type Settings } from "./schema.ts";
import { secretIssues } from "./secrets.ts";
import { settingKey } from "./setting-key.ts";

/** The checked configuration of ChatDB in one environment. */
export interface ChatDbConfiguration extends Settings {
  /** Size and probes of one microservice: the specification's figures, then serviceDefaults, then services. */
  service(name: ServiceName): ServiceSettings;
  /** A secret setting, encrypted in the stack's file. */
  secret(name: (typeof secretNames)[number]): pulumi.Output<string>;
  /** The same where it may be missing. */
  optionalSecret(name: (typeof secretNames)[number]): pulumi.Output<string> | undefined;
  dataSourcePassword(name: string): pulumi.Output<string>;
}

export type Configuration = ChatDbConfiguration & PlatformSettings;

const namespace = "chatdb";

/** Reads and checks the settings of ChatDB. */
export function readChatDb(all: StackConfig): Reading<ChatDbConfiguration> {
  const config = new pulumi.Config(namespace);
  const { settings, issues: faults } = readSettings(all, namespace, schema);
  const crossFaults = settings ? [...crossChecks(settings), ...secretIssues(settings, config)] : [];
  const issues = [
    ...unknownSettings(all),
    ...faults,
    ...crossFaults.map(({ path, message }) => ({ path: settingKey(namespace, path), message })),
  ];
  if (!settings || issues.length > 0) return { issues };
  return {
    issues,
    settings: Object.freeze({
      ...settings,
      service: (name: ServiceName) => serviceSettings(name, settings.serviceDefaults, settings.services[name] ?? {}),
      secret: (name: (typeof secretNames)[number]) => config.requireSecret(name),
      optionalSecret: (name: (typeof secretNames)[number]) => config.getSecret(name),
      dataSourcePassword: (name: string) =>
        config
          .requireSecretObject<Record<string, string>>("dataSourcePasswords")
          .apply((passwords) => passwords[name]!),
    }),
  };
}

/** Settings that nothing reads, which are most likely misspelt. */
function unknownSettings(config: StackConfig): Issue[] {
  const known = [...Object.keys(schema.shape), ...secretNames].map((name) => settingKey(namespace, name));
  return Object.keys(config)
    .filter((key) => key.startsWith(settingKey(namespace, "")) && !known.includes(key))
    .map((path) => ({ path, message: "is no setting of Pulumi.yaml" }));
}

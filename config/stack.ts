import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Issue } from "./issue.ts";
import { platformSettings, type PlatformSettings } from "./platform.ts";
import { digestIssues } from "./images.ts";
import { readSettings, type Reading, type StackConfig } from "./read-settings.ts";
import { settingKey, sharedNamespace } from "./setting-key.ts";

/** A system whose settings can be read and checked. */
export interface Configurable<Configured> {
  readonly configure: (config: StackConfig) => Reading<Configured>;
}

/** Systems by the names that `platform:systems` gives them, each loaded when a stack asks for it. */
export type SystemTable<Configured> = Readonly<Record<string, () => Promise<Configurable<Configured>>>>;

export interface Stack<Configured> {
  readonly platform: PlatformSettings;
  /** The systems that the stack deploys, in its order. */
  readonly systems: readonly (readonly [name: string, configured: Configured])[];
}

/**
 * Reads and checks the whole configuration of a stack; nothing else in the program reads any.
 * @throws pulumi.RunError that lists all faults, each with its path
 */
export async function readStack<Configured>(
  table: SystemTable<Configured>,
  config: StackConfig = pulumi.runtime.allConfig(),
): Promise<Stack<Configured>> {
  const platform = readSettings(config, sharedNamespace, platformSettings);
  const issues: Issue[] = [...unknownKeys(config), ...platform.issues];
  if (platform.settings) issues.push(...digestIssues(platform.settings));
  const chosen = chosenSystems(config);
  issues.push(...systemIssues(chosen, table));
  const systems: [string, Configured][] = [];
  for (const name of new Set(chosen.filter((name) => Object.hasOwn(table, name)))) {
    const system = await table[name]!();
    const { settings, issues: faults } = system.configure(config);
    issues.push(...faults);
    if (settings !== undefined) systems.push([name, settings]);
  }
  if (!platform.settings || issues.length > 0) throw new pulumi.RunError(report(issues));
  return { platform: platform.settings, systems };
}

/** The systems that a stack names, read apart: their faults are told even where another shared setting is wrong. */
function chosenSystems(config: StackConfig): readonly string[] {
  const { systems } = platformSettings.shape;
  return readSettings(config, sharedNamespace, z.object({ systems })).settings?.systems ?? [];
}

/** Names of systems that there are not, or that are given twice. */
function systemIssues(chosen: readonly string[], table: SystemTable<unknown>): Issue[] {
  const names = Object.keys(table).join(", ");
  return chosen.flatMap((name, index) => {
    const path = settingKey(sharedNamespace, `systems.${index}`);
    if (!Object.hasOwn(table, name))
      return [{ path, message: `is ${name}, and there is no such system: take ${names}` }];
    return chosen.indexOf(name) < index ? [{ path, message: `is ${name} a second time: name each system once` }] : [];
  });
}

/** Shared settings that nothing reads, which are most likely misspelt. */
function unknownKeys(config: StackConfig): Issue[] {
  const known = Object.keys(platformSettings.shape).map((name) => settingKey(sharedNamespace, name));
  const isUnknown = (key: string) => key.startsWith(settingKey(sharedNamespace, "")) && !known.includes(key);
  return Object.keys(config)
    .filter(isUnknown)
    .map((path) => ({ path, message: "is no setting of Pulumi.yaml" }));
}

function report(issues: readonly Issue[]): string {
  const lines = issues.map(({ path, message }) => `  ${path}: ${message}`);
  const count = issues.length === 1 ? "a problem" : `${issues.length} problems`;
  return `The configuration of stack ${pulumi.getStack()} has ${count}:\n${lines.join("\n")}`;
}

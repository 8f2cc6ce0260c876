import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Issue } from "./issue.ts";
import { platformSchema, platformSettings, type PlatformSettings } from "./platform.ts";
import { currentStackConfig, readSettings, type Reading, type StackConfig } from "./read-settings.ts";
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
  config: StackConfig = currentStackConfig(),
): Promise<Stack<Configured>> {
  const platform = readSettings(platformSettings, config);
  const chosen = chosenSystems(config);
  const issues: Issue[] = [...platform.issues, ...systemIssues(chosen, table)];
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

/**
 * The systems that a stack names, read by themselves: their faults are reported even if another shared setting is
 * wrong.
 */
function chosenSystems({ config, secretKeys }: StackConfig): readonly string[] {
  const key = settingKey(sharedNamespace, "systems");
  const schema = z.object({ systems: platformSchema.shape.systems });
  const own = config[key] === undefined ? {} : { [key]: config[key] };
  return readSettings({ namespace: sharedNamespace, schema }, { config: own, secretKeys }).settings?.systems ?? [];
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

function report(issues: readonly Issue[]): string {
  const lines = issues.map(({ path, message }) => `  ${path}: ${message}`);
  const count = issues.length === 1 ? "a problem" : `${issues.length} problems`;
  return `The configuration of stack ${pulumi.getStack()} has ${count}:\n${lines.join("\n")}`;
}

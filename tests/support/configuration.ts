import * as pulumi from "@pulumi/pulumi";
import { chatdbSettings, type ChatDbSettings } from "../../config/chatdb/settings.ts";
import type { PlatformSettings } from "../../config/platform.ts";
import { stackConfig, type SettingOverrides } from "../../config/project.ts";
import { readSettings } from "../../config/read-settings.ts";
import { readStack } from "../../config/stack.ts";
import { record } from "../../render/recorder.ts";

interface Configuration extends ChatDbSettings {
  readonly platform: PlatformSettings;
}

/** Reads the settings of a stack with some replaced by their paths; a secret one is written `{ secure: "..." }`. */
export async function configuration(settings: SettingOverrides = {}, stack = "dev"): Promise<Configuration> {
  let read: Configuration | undefined;
  const source = stackConfig(stack, settings);
  const table = {
    chatdb: () => Promise.resolve({ configure: () => readSettings(chatdbSettings, source) }),
  };
  await record({ stack, ...source }, async () => {
    const { platform, systems } = await readStack(table);
    read = { platform, ...systems[0]![1] };
  });
  return read!;
}

/** Returns the faults of a configuration by path; none if it is valid. */
export async function issues(settings: SettingOverrides, stack = "dev"): Promise<Record<string, string>> {
  try {
    await configuration(settings, stack);
    return {};
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    const lines = error.message.split("\n").slice(1);
    return Object.fromEntries(lines.map((line) => /^ {2}(\S+): (.+)$/.exec(line)!.slice(1) as [string, string]));
  }
}

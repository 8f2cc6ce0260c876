import * as pulumi from "@pulumi/pulumi";
import { readChatDb, type Configuration } from "../../config/index.ts";
import { stackConfig } from "../../config/project.ts";
import { readStack } from "../../config/stack.ts";
import { record } from "../../render/recorder.ts";

/** The configuration of a stack in which some settings are replaced; a secret one is written `{ secure: "..." }`. */
export async function configuration(settings: Record<string, unknown> = {}, stack = "dev"): Promise<Configuration> {
  let read: Configuration | undefined;
  const table = { chatdb: () => Promise.resolve({ configure: readChatDb }) };
  await record({ stack, ...stackConfig(stack, settings) }, async () => {
    const { platform, systems } = await readStack(table);
    read = Object.freeze({ ...platform, ...systems[0]![1] });
  });
  return read!;
}

/** What is wrong with a configuration, each with its path; nothing where all is well. */
export async function issues(settings: Record<string, unknown>, stack = "dev"): Promise<Record<string, string>> {
  try {
    await configuration(settings, stack);
    return {};
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    const lines = error.message.split("\n").slice(1);
    return Object.fromEntries(lines.map((line) => /^ {2}\w+:(\S+): (.+)$/.exec(line)!.slice(1) as [string, string]));
  }
}

import * as pulumi from "@pulumi/pulumi";
import { readConfiguration, type Configuration } from "../../config/index.ts";
import { stackConfig } from "../../config/project.ts";
import { record } from "../../render/recorder.ts";

/** The configuration of a stack in which some settings are replaced; a secret one is written `{ secure: "..." }`. */
export async function configuration(settings: Record<string, unknown> = {}, stack = "dev"): Promise<Configuration> {
  let read: Configuration | undefined;
  await record({ stack, ...stackConfig(stack, settings) }, () => void (read = readConfiguration()));
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
    return Object.fromEntries(lines.map((line) => /^ {2}(\S+): (.+)$/.exec(line)!.slice(1) as [string, string]));
  }
}

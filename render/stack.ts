import { stackConfig, type SettingOverrides } from "../config/project.ts";
import { record, type RecordOptions, type RecordedResource } from "./recorder.ts";

/** See {@link record} for those that are not explained here. */
export interface StackOptions extends Pick<RecordOptions, "preview" | "hold" | "seed"> {
  /** Settings that replace the stack's own, by their paths: `chatdb:kafka.brokers`. */
  readonly settings?: SettingOverrides;
}

/** Runs the program of a stack without a cluster: the very `index.ts` that `pulumi up` runs. */
export async function recordStack(
  stack: string,
  { settings, ...options }: StackOptions = {},
): Promise<RecordedResource[]> {
  // No cluster is touched, so the guards have nothing to hold back; the one against the wrong cluster is given a
  // context of its own.
  const render = { "platform:kubeContext": "render", "platform:allowedContexts": ["render"] };
  const { config, secretKeys } = stackConfig(stack, { "platform:requireDigests": false, ...settings, ...render });
  // Each run needs a fresh module: a program registers its resources while it is imported.
  return record({ stack, config, secretKeys, ...options }, () => import(`../index.ts?run=${runs++}`));
}

let runs = 0;

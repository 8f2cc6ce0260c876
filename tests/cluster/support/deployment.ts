import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { withSetting, type SettingOverrides } from "../../../config/project.ts";
import { isInstalled } from "../../../bin/command.ts";
import { manifests, toYaml, type Manifest } from "../../../render/manifests.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { recordStack } from "../../../render/stack.ts";
import { kubectl } from "./kubectl.ts";

/** Settings that replace a stack's own, by their paths; undefined removes one. */
export type Settings = SettingOverrides;

/** A way to deploy a stack and to delete it again. */
export interface Deployment {
  readonly means: "pulumi up" | "rendered waves";
  /** Deploys, or updates to further settings, which then stay. */
  up(settings?: Settings): Promise<void>;
  /** The resources as the program registers them with the present settings. */
  resources(): Promise<RecordedResource[]>;
  /** What a second `up` would do, by kind of operation; undefined without Pulumi's engine. */
  changes?(): Promise<Record<string, number>>;
  /** Deletes the stack. @returns false where KEEP_STACK keeps it */
  down(): Promise<boolean>;
}

/**
 * For work on the tests themselves: any word leaves the stack in place, and the same word finds it again. Rendered
 * waves alone.
 */
const kept = process.env.KEEP_STACK;

const root = join(import.meta.dirname, "../../..");

/**
 * A stack with settings in place of some of its own. The real engine where it is installed, the rendered manifests
 * elsewhere.
 */
export function deployment(stack: string, settings: Settings = {}): Deployment {
  return isInstalled("pulumi") ? byPulumi(stack, settings) : byWaves(stack, settings);
}

/** In a project folder of its own: the engine writes settings and the salt of its passphrase into a stack's file. */
function byPulumi(stackName: string, initial: Settings): Deployment {
  const folder = mkdtempSync(join(tmpdir(), "chatdb-project-"));
  const read = (file: string) => parse(readFileSync(join(root, file), "utf8")) as Record<string, unknown>;
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...read("Pulumi.yaml"), main: join(root, "index.ts") }));
  writeFileSync(join(folder, `Pulumi.${stackName}.yaml`), stringify(read(`Pulumi.${stackName}.yaml`)));
  const environment = {
    PULUMI_BACKEND_URL: pathToFileURL(folder).href,
    PULUMI_CONFIG_PASSPHRASE: "for tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const onOutput = process.env.VERBOSE ? (text: string) => process.stdout.write(text) : () => undefined;
  let settings = initial;
  let stack: Stack | undefined;
  const open = async () =>
    (stack ??= await LocalWorkspace.createOrSelectStack({ stackName, workDir: folder }, { envVars: environment }));
  const configured = async () => {
    const stack = await open();
    const { config, ...rest } = parse(readFileSync(join(folder, `Pulumi.${stackName}.yaml`), "utf8")) as {
      config: Record<string, unknown>;
    };
    const own = Object.entries(settings).reduce((all, [path, value]) => withSetting(all, path, value), config);
    writeFileSync(join(folder, `Pulumi.${stackName}.yaml`), stringify({ ...rest, config: own }));
    return stack;
  };
  return {
    means: "pulumi up",
    up: async (further = {}) => {
      settings = { ...settings, ...further };
      await (await configured()).up({ onOutput });
    },
    resources: () => recordStack(stackName, { settings }),
    changes: async () => (await (await configured()).preview({ onOutput })).changeSummary,
    down: async () => {
      await (await open()).destroy({ onOutput });
      rmSync(folder, { recursive: true });
      return true;
    },
  };
}

function byWaves(stack: string, initial: Settings): Deployment {
  const directory = mkdtempSync(join(tmpdir(), "chatdb-manifests-"));
  // Deleting a namespace deletes what is in it.
  const clusterScoped = new Set<string>();
  // Of this deployment alone: passwords stay over a second `up`, as they do in a stack's state.
  const seed = kept ?? crypto.randomUUID();
  let settings = initial;
  const resources = () => recordStack(stack, { seed, settings });
  return {
    means: "rendered waves",
    resources,
    up: async (further = {}) => {
      settings = { ...settings, ...further };
      const waves = manifests(await resources(), { form: "clear" });
      for (const [number, objects] of waves.entries()) {
        const file = join(directory, `wave-${number}.yaml`);
        writeFileSync(file, toYaml(objects), { mode: 0o600 });
        await kubectl("apply", "--server-side", "--filename", file);
        for (const { kind, metadata } of objects)
          if (metadata.namespace === undefined) clusterScoped.add(`${kind}/${metadata.name}`);
        await Promise.all(objects.map(ready));
      }
    },
    down: async () => {
      if (kept !== undefined) return false;
      if (clusterScoped.size > 0) await kubectl("delete", ...clusterScoped, "--wait=true", "--ignore-not-found");
      rmSync(directory, { recursive: true });
      return true;
    },
  };
}

async function ready({ kind, metadata: { name, namespace } }: Manifest): Promise<void> {
  const of = ["--namespace", namespace ?? "default", "--timeout=300s"];
  if (kind === "Deployment" || kind === "StatefulSet") await kubectl("rollout", "status", `${kind}/${name}`, ...of);
  if (kind === "Job") await kubectl("wait", "--for=condition=complete", `job/${name}`, ...of);
}

import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isInstalled } from "../../../bin/command.ts";
import { manifests, toYaml, type Manifest } from "../../../render/manifests.ts";
import { recordStack } from "../../../render/stack.ts";
import { kubectl } from "./kubectl.ts";

/** A way to bring a stack onto the cluster and to take it off again. */
export interface Deployment {
  readonly means: "pulumi up" | "rendered waves";
  up(): Promise<void>;
  /** What a second `up` would do, by kind of operation; undefined where nobody can tell. */
  changes?(): Promise<Record<string, number>>;
  down(): Promise<void>;
}

const root = join(import.meta.dirname, "../../..");

/** The real engine where it is installed, the rendered manifests elsewhere. */
export function deployment(stack: string): Deployment {
  return isInstalled("pulumi") ? byPulumi(stack) : byWaves(stack);
}

function byPulumi(stackName: string): Deployment {
  const state = mkdtempSync(join(tmpdir(), "chatdb-state-"));
  // Pulumi writes the salt of the passphrase into the stack's file.
  const file = join(root, `Pulumi.${stackName}.yaml`);
  const pristine = readFileSync(file, "utf8");
  let stack: Stack | undefined;
  const open = async () =>
    (stack ??= await LocalWorkspace.createOrSelectStack(
      { stackName, workDir: root },
      { envVars: { PULUMI_BACKEND_URL: pathToFileURL(state).href, PULUMI_CONFIG_PASSPHRASE: "for tests", PULUMI_SKIP_UPDATE_CHECK: "true" } },
    ));
  const onOutput = process.env.VERBOSE ? (text: string) => process.stdout.write(text) : () => undefined;
  return {
    means: "pulumi up",
    up: async () => {
      await (await open()).up({ onOutput });
    },
    changes: async () => (await (await open()).preview({ onOutput })).changeSummary,
    down: async () => {
      await (await open()).destroy({ onOutput });
      writeFileSync(file, pristine);
      rmSync(state, { recursive: true });
    },
  };
}

function byWaves(stack: string): Deployment {
  const directory = mkdtempSync(join(tmpdir(), "chatdb-manifests-"));
  // With a namespace goes all that is in it.
  const clusterScoped = new Set<string>();
  return {
    means: "rendered waves",
    up: async () => {
      const waves = manifests(await recordStack(stack, { seed: crypto.randomUUID() }), { form: "clear" });
      for (const [number, objects] of waves.entries()) {
        const file = join(directory, `wave-${number}.yaml`);
        writeFileSync(file, toYaml(objects), { mode: 0o600 });
        await kubectl("apply", "--server-side", "--filename", file);
        for (const { kind, metadata } of objects) if (metadata.namespace === undefined) clusterScoped.add(`${kind}/${metadata.name}`);
        await Promise.all(objects.map(ready));
      }
    },
    down: async () => {
      await kubectl("delete", ...clusterScoped, "--wait=true");
      rmSync(directory, { recursive: true });
    },
  };
}

async function ready({ kind, metadata: { name, namespace } }: Manifest): Promise<void> {
  const of = ["--namespace", namespace ?? "default", "--timeout=180s"];
  if (kind === "Deployment" || kind === "StatefulSet") await kubectl("rollout", "status", `${kind}/${name}`, ...of);
  if (kind === "Job") await kubectl("wait", "--for=condition=complete", `job/${name}`, ...of);
}

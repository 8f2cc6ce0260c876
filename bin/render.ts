import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main } from "./usage.ts";
import { UsageError } from "../services/kit/usage-error.ts";
import { stackConfig, stackNames } from "../config/project.ts";
import { settingKey, sharedNamespace } from "../config/setting-key.ts";
import { mermaid } from "../render/graph.ts";
import { images } from "../render/images.ts";
import { manifests, toYaml, type Manifest, type SecretForm } from "../render/manifests.ts";

const usage = `Usage: npm run render -- STACK --out DIR [options]
  STACK                ${stackNames().join(" or ")}
  --out DIR            where to write; files of an earlier rendering there are replaced
  --secret-store NAME  ClusterSecretStore of external-secrets.io that holds the values (default: platform)
  --for-tests          make up passwords and write them in clear: for a cluster that is thrown away`;

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: "string" },
      "secret-store": { type: "string", default: "platform" },
      "for-tests": { type: "boolean", default: false },
    },
  });
  const [stack, ...others] = positionals;
  if (stack === undefined || others.length > 0)
    throw new UsageError("Say which stack to render, and no more than one.");
  if (!stackNames().includes(stack))
    throw new UsageError(`There is no stack ${stack}: the stacks are ${stackNames().join(", ")}.`);
  if (values.out === undefined) throw new UsageError("Say where to write with --out DIR.");
  return { stack, out: values.out, store: values["secret-store"], forTests: values["for-tests"] };
}

async function render({ stack, out, store, forTests }: ReturnType<typeof options>): Promise<void> {
  // The SDK takes a second to load, which a wrong option need not cost.
  const { recordStack } = await import("../render/stack.ts");
  const secrets: SecretForm = forTests ? { form: "clear" } : { form: "external", store };
  const resources = await recordStack(stack, forTests ? { seed: randomBytes(32).toString("hex") } : {});
  const waves = manifests(resources, secrets);
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(out)) if (/^wave-\d+\.yaml$/.test(file)) rmSync(join(out, file));
  waves.forEach((objects, number) =>
    writeFileSync(join(out, `wave-${number}.yaml`), toYaml(objects), { mode: forTests ? 0o600 : 0o644 }),
  );
  writeFileSync(join(out, "graph.mmd"), mermaid(resources));
  const count = waves.reduce((sum, objects) => sum + objects.length, 0);
  console.log(`${count} objects in ${waves.length} waves, and graph.mmd, in ${out}.`);
  if (stackConfig(stack).config[settingKey(sharedNamespace, "requireDigests")] === "true")
    warnOfTags(waves.flat(), stack);
  if (!forTests)
    console.log(
      `Secrets are ExternalSecrets of the ClusterSecretStore ${store}; docs/gitops.md says which values it has to hold.`,
    );
}

/** `npm run up` would refuse them; whoever applies rendered manifests has to be told. */
function warnOfTags(objects: Manifest[], stack: string): void {
  const floating = images(objects).filter((image) => !image.includes("@"));
  if (floating.length > 0)
    console.warn(
      `Warning: stack ${stack} wants images by digest, and these have none; docs/images.md says how they get one:\n  ${floating.join("\n  ")}`,
    );
}

await main("render", usage, () => render(options()));

import { build } from "esbuild";
import { join } from "node:path";
import { inPod } from "./kubectl.ts";
import { node } from "./outside.ts";

export interface RightsToTry {
  readonly topics: readonly string[];
  readonly groups: readonly string[];
  /** A user that exists and is another one than the caller. */
  readonly otherUser: string;
}

/** The program of `pods/` as one text, with all that it imports. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "pods/try-kafka.ts")],
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minify: true,
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("file:///app/");' },
    alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" },
    external: ["@node-rs/crc32"],
  });
  return outputFiles[0]!.text;
}

/**
 * What a service's login may do at Kafka: "allowed" or the broker's reason by attempt. Tried in the service's pod, with
 * its environment.
 */
export async function rightsOf(
  namespace: string,
  deployment: string,
  { topics, groups, otherUser }: RightsToTry,
): Promise<Record<string, string>> {
  const args = [topics, groups, otherUser].map((value) => JSON.stringify(value));
  const text = await inPod(
    namespace,
    `deployment/${deployment}`,
    [node, "--input-type=module", "-", ...args],
    await bundled(),
  );
  return JSON.parse(text) as Record<string, string>;
}

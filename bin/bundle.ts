/* Bundles each service into dist/<service>: what its image holds. */
import { readdirSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { serviceNames } from "./image-tag.ts";

const root = join(import.meta.dirname, "..");

// Packages that are CommonJS inside of an ES module bundle still call require.
const requireForCommonJs = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

/** Makes dist/<service>/main.js, and beside it the entry of each worker thread, which are the files named *-worker.ts. */
export async function bundle(service: string): Promise<void> {
  const source = join(root, "services", service);
  const outdir = join(root, "dist", service);
  const workers = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("-worker.ts") && !file.includes("node_modules"));
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await Promise.all([
    writeFile(join(outdir, "package.json"), JSON.stringify({ type: "module" })),
    build({
      entryPoints: ["main.ts", ...workers].map((file) => ({ in: join(source, file), out: basename(file, ".ts") })),
      outdir,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      minifyWhitespace: true,
      minifySyntax: true,
      banner: { js: requireForCommonJs },
      // The variant with the WebAssembly inside, not in a file of its own.
      alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" },
      // Optional: each is tried and done without. Native code has no place in a bundle.
      external: ["pg-native", "@node-rs/crc32"],
      logLevel: "warning",
    }),
  ]);
}

if (process.argv[1] === import.meta.filename) await Promise.all(serviceNames().map(bundle));

/* Bundles each service, or those that are named, into dist/<service>: what its image holds. */
import { existsSync, readdirSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { buildPage } from "@chatdb/api-gateway/page-build.ts";
import { build } from "esbuild";
import { releaseBase, type BaseImage } from "./base-image.ts";
import { sourceTag } from "../config/source-tag.ts";
import { imageNames, workspaceDependencies } from "../config/workspace.ts";
import { sbom } from "./sbom.ts";

const root = join(import.meta.dirname, "..");

/** Name of the bill of materials in the bundle, and so in the image: /app/sbom.cdx.json. */
export const sbomFile = "sbom.cdx.json";

// Packages that are CommonJS inside of an ES module bundle still call require, and look for their files beside
// themselves.
const forCommonJs = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/**
 * Makes dist/<service>: main.js, beside it the entry of each worker thread, which are the files named *-worker.ts of
 * the service and the packages that it names, and the bill of materials of the image that is built of them on `base`.
 * Equal sources give equal files, in any folder and under any umask.
 */
export async function bundle(service: string, base: BaseImage = releaseBase()): Promise<void> {
  const source = join(root, "services", service);
  const outdir = join(root, "dist", service);
  const workers = [service, ...workspaceDependencies(service)].flatMap(workersOf);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    // Modules keep their paths, from this folder on.
    absWorkingDir: root,
    entryPoints: [join(source, "main.ts"), ...workers.sort()].map((file) => ({ in: file, out: basename(file, ".ts") })),
    outdir,
    bundle: true,
    // What is imported when it is first needed is not read before: a training of tables without the questions starts in
    // three quarters of the time.
    splitting: true,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minifyWhitespace: true,
    minifySyntax: true,
    banner: { js: forCommonJs },
    // The variant with the WebAssembly inside, not in a file of its own.
    alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" },
    // Optional: each is tried and done without, or is for sources alone. Native code has no place in a bundle.
    external: ["pg-native", "@node-rs/crc32", "esbuild"],
    // What a service says of its own version: the tag of its sources, as the image's labels have it.
    define: { "process.env.SOURCE_TAG": JSON.stringify(sourceTag(service)) },
    logLevel: "warning",
  });
  await Promise.all(
    webAssembly(Object.keys(metafile.inputs)).map((file) => copyFile(join(root, file), join(outdir, basename(file)))),
  );
  if (service === "chatdb/api-gateway") await buildPage(join(outdir, "page"));
  await writeFile(join(outdir, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(outdir, sbomFile), sbom(service, metafile, base));
  await settle(outdir);
}

/** The entries of worker threads in a folder of services/. */
function workersOf(service: string): string[] {
  const folder = join(root, "services", service);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("-worker.ts") && !file.includes("node_modules"))
    .map((file) => join(folder, file));
}

/**
 * The WebAssembly of the modules that have theirs in a file beside them: of the same name, or of the one that they ask
 * for.
 */
function webAssembly(modules: readonly string[]): string[] {
  return modules
    .map((module) =>
      module
        .replace(
          /onnxruntime-web\/dist\/ort\.wasm\.bundle\.min\.mjs$/,
          "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
        )
        .replace(/\.[cm]?js$/, ".wasm"),
    )
    .filter((file) => file.endsWith(".wasm") && existsSync(join(root, file)));
}

/** Gives a folder and all in it the modes and times that an image of them is to have: builders copy both. */
async function settle(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      await settle(path);
      continue;
    }
    await chmod(path, 0o644);
    await utimes(path, 0, 0);
  }
  await chmod(folder, 0o755);
  await utimes(folder, 0, 0);
}

if (process.argv[1] === import.meta.filename) {
  const named = process.argv.slice(2);
  await Promise.all((named.length > 0 ? named : imageNames()).map((service) => bundle(service)));
}

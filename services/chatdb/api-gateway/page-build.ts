import { cp } from "node:fs/promises";
import { basename, join } from "node:path";

/** The folder with the page's sources: markup, styles and the modules that run in the browser. */
const sources = join(import.meta.dirname, "page");

const assets = ["index.html", "style.css", "models/models.css", "icon.svg"];

/** Bundles the page's modules into one script and puts all served files into a folder. Needs esbuild, as from sources. */
export async function buildPage(folder: string): Promise<void> {
  const { build } = await import("esbuild");
  await build({
    entryPoints: [join(sources, "main.ts")],
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    legalComments: "none",
    logLevel: "warning",
  });
  for (const asset of assets) await cp(join(sources, asset), join(folder, basename(asset)));
}

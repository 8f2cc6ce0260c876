import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The folder with the page's sources: markup, styles and the modules that run in the browser. */
const sources = join(import.meta.dirname, "page");

const assets = ["index.html", "icon.svg"];

/** The style sheets with their parts in `styles/`, in order of precedence. */
const styleSheets = {
  "style.css": ["frame.css", "conversation.css", "results.css", "composer.css"],
  "models.css": ["models-forms.css", "models-lists.css"],
};

/**
 * Bundles the page's modules into one script and puts all served files into a folder. Needs esbuild, as from sources.
 */
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
  for (const asset of assets) await cp(join(sources, asset), join(folder, asset));
  for (const [name, parts] of Object.entries(styleSheets)) {
    const texts = await Promise.all(parts.map((part) => readFile(join(sources, "styles", part), "utf8")));
    await writeFile(join(folder, name), texts.join("\n"));
  }
}

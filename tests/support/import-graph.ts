import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Folders of the program. Tests are not among them: they may import anything. */
const folders = ["systems", "config", "components", "services", "render", "policies", "bin", "bench"];

/** `import ... from "x"`, `export ... from "x"`, `import "x"` and `import("x")`. */
const specifiers = /(?:^(?:import|export)\b[^;"']*?\bfrom\s*|^import\s*|\bimport\(\s*)["']([^"']+)["']/gm;

const comments = /\/\*.*?\*\/|^\s*\/\/.*$/gms;

interface Package {
  name: string;
  /** Path relative to the repository. */
  folder: string;
  exports: Readonly<Record<string, string>>;
}

const packages = globSync("services/{*,*/*}/package.json", { cwd: root }).map((file): Package => {
  const { name, exports = {} } = JSON.parse(readFileSync(join(root, file), "utf8")) as Omit<Package, "folder">;
  return { name, folder: dirname(file), exports };
});

/** Returns the modules that each module imports, type-only imports included, by paths relative to the repository. */
export function importGraph(): Map<string, string[]> {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root, exclude: isInstalled }));
  return new Map(["index.ts", ...files].map((file) => [file, importsOf(file)]));
}

const isInstalled = (path: string) => path.includes("node_modules");

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8").replaceAll(comments, "");
  return [...text.matchAll(specifiers)].flatMap(([, specifier]) => resolved(file, specifier!) ?? []);
}

/** Resolves an import. Returns undefined for a package from elsewhere, and for a file that is no module. */
function resolved(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) {
    const path = normalize(join(dirname(file), specifier));
    return path.endsWith(".ts") && existsSync(join(root, path)) ? path : undefined;
  }
  const owner = packages.find(({ name }) => specifier.startsWith(`${name}/`));
  if (!owner) return undefined;
  const entry = `.${specifier.slice(owner.name.length)}`;
  const path = join(owner.folder, owner.exports[entry] ?? entry);
  return path.endsWith(".ts") ? relative(".", path) : undefined;
}

/** Returns the cycles of a graph as lists of modules: at least one for each strongly connected part. */
export function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const state = new Map<string, "open" | "done">();
  const path: string[] = [];
  const visit = (module: string): void => {
    if (state.get(module) === "done") return;
    if (state.get(module) === "open") {
      circles.push([...path.slice(path.indexOf(module)), module]);
      return;
    }
    state.set(module, "open");
    path.push(module);
    for (const imported of graph.get(module) ?? []) visit(imported);
    path.pop();
    state.set(module, "done");
  };
  for (const module of graph.keys()) visit(module);
  return circles;
}

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const root = join(import.meta.dirname, "..");

/** The folders whose modules make up the program; tests may import anything. */
const folders = ["systems", "config", "components", "services", "render", "policies", "tools", "bin", "bench"];

/** `import ... from "x"`, `export ... from "x"`, `import "x"` and `import("x")`. */
const specifiers = /(?:^(?:import|export)\b[^;"']*?\bfrom\s*|^import\s*|\bimport\(\s*)["']([^"']+)["']/gm;

const comments = /\/\*.*?\*\/|^\s*\/\/.*$/gms;

interface Package {
  name: string;
  /** Relative to the repository. */
  folder: string;
  exports: Readonly<Record<string, string>>;
}

const packages = globSync("services/{*,*/*}/package.json", { cwd: root }).map((file): Package => {
  const { name, exports = {} } = JSON.parse(readFileSync(join(root, file), "utf8")) as Omit<Package, "folder">;
  return { name, folder: dirname(file), exports };
});

/** Modules of this repository by the modules that import them, type-only imports included; paths are relative to it. */
export function importGraph(): Map<string, string[]> {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root, exclude: isInstalled }));
  return new Map(["index.ts", ...files].map((file) => [file, importsOf(file)]));
}

const isInstalled = (path: string) => path.includes("node_modules");

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8").replaceAll(comments, "");
  return [...text.matchAll(specifiers)].flatMap(([, specifier]) => resolved(file, specifier!) ?? []);
}

/** Undefined for a package that is not of this repository, and for files that are no modules. */
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

/** The circles of a graph, each as the modules along it; each strongly connected part gives one. */
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

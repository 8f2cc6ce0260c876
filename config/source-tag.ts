import { createHash, type Hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { workspaceDependencies } from "./workspace.ts";

const root = join(import.meta.dirname, "..");
const services = join(root, "services");

/** Everything that goes into every image. */
const common = [
  "services/Dockerfile",
  "bin/bundle.ts",
  "bin/sbom.ts",
  "bin/image-labels.ts",
  "package.json",
  "package-lock.json",
];

/**
 * Tag of a service's image: `src-` and 12 hexadecimal digits that follow from the sources it is built of, those of the
 * workspace packages it uses, and what is common to all images. Equal sources give equal tags on any machine and at any
 * time.
 * @throws Error where there is no such image
 */
export function sourceTag(image: string): string {
  const packages = [...packagesOf(image)].sort();
  const hash = createHash("sha256");
  for (const name of packages) hash.update(`${name} ${folderDigest(name)}\n`);
  return `src-${hash.update(commonDigest()).digest("hex").slice(0, 12)}`;
}

/** The service itself and the workspace packages that it depends on, directly or not. */
function packagesOf(folder: string, found = new Set<string>()): Set<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  for (const dependency of workspaceDependencies(folder)) packagesOf(dependency, found);
  return found;
}

// A program asks for the tags of all services at once: nothing is read twice.
const commonDigest = once(() =>
  common.reduce((hash, file) => addFile(hash, join(root, file), file), createHash("sha256")).digest("hex"),
);
const folderDigest = once((name) => addFolder(createHash("sha256"), join(services, name), "").digest("hex"));

function once(compute: (key: string) => string): (key?: string) => string {
  const known = new Map<string, string>();
  return (key = "") => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}

function addFolder(hash: Hash, folder: string, path: string): Hash {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== "node_modules") addFolder(hash, join(folder, entry.name), inside);
    if (entry.isFile()) addFile(hash, join(folder, entry.name), inside);
  }
  return hash;
}

/** With its length before the content, no file's end can pass for another's beginning. */
function addFile(hash: Hash, file: string, path: string): Hash {
  const content = readFileSync(file);
  return hash.update(`${path} ${content.length}\n`).update(content);
}

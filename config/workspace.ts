import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

interface Package {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Folders below services/ that hold a package: `kit`, `chatdb/api-gateway`. */
function packageFolders(below = ""): string[] {
  const folders = readdirSync(join(root, "services", below), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map(({ name }) => join(below, name));
  return folders.flatMap((folder) =>
    existsSync(join(root, "services", folder, "package.json")) ? [folder] : below === "" ? packageFolders(folder) : [],
  );
}

/** A program that runs all services of a system on a developer's machine has no image. */
const notAnImage = "embedded";

/** Names of the images: the folders below services/ with a main.ts, such as `provisioner` and `chatdb/api-gateway`. */
export function imageNames(): string[] {
  return packageFolders()
    .filter((folder) => !folder.endsWith(notAnImage) && existsSync(join(root, "services", folder, "main.ts")))
    .sort();
}

/** The workspace packages that a package depends on directly, by their folders below services/. */
export function workspaceDependencies(folder: string): string[] {
  const { dependencies = {} } = packageIn(folder);
  return Object.keys(dependencies).flatMap((name) => foldersByName().get(name) ?? []);
}

let folders: ReadonlyMap<string, string> | undefined;

/** Reads every package once per process: the tags of all images ask for the same ones many times. */
function foldersByName(): ReadonlyMap<string, string> {
  return (folders ??= new Map(packageFolders().map((each) => [packageIn(each).name, each])));
}

function packageIn(folder: string): Package {
  return JSON.parse(readFileSync(join(root, "services", folder, "package.json"), "utf8")) as Package;
}

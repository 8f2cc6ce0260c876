/*
 * Installs the project's packages when they are missing or out of date; does nothing otherwise. Runs before the npm
 * scripts, on whatever Node.js the machine has (18 or later): among the packages is the Node.js 24 that the scripts
 * themselves run on.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** When a file was last written, in ms; 0 where there is none. */
function written(...path) {
  return statSync(join(root, ...path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

// npm writes its own record of an installation last.
if (written("node_modules", ".package-lock.json") < written("package-lock.json")) {
  console.log("Installing the project's packages: about a minute, this once.");
  const options = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  // npm says where it is: `npm` itself may be a script that only a shell can run.
  const npm = process.env.npm_execpath;
  const [program, args] = npm ? [process.execPath, [npm, ...options]] : ["npm", options];
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) {
    console.error(
      `setup: the packages could not be installed${error ? ` (${error.message})` : "; npm's message is above"}.`,
    );
    process.exit(1);
  }
}

// npm 10 and older lose the link when they drop the packages of the other platforms, which have a command of the same
// name.
const link = join(root, "node_modules", ".bin", "node");
if (process.platform !== "win32" && !existsSync(link)) {
  const own = readdirSync(join(root, "node_modules")).find(
    (name) => name.startsWith("node-") && existsSync(join(root, "node_modules", name, "bin", "node")),
  );
  if (own) symlinkSync(join("..", own, "bin", "node"), link);
}

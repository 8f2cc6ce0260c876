import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stackConfig } from "../config/project.ts";
import { localBase, reference } from "./base-image.ts";
import { targetContext } from "./cluster.ts";
import { buildImages } from "./images.ts";
import { main } from "./usage.ts";

const usage = `Usage: npm run test:cluster [-- MOCHA OPTIONS]
  Deploys ChatDB dev to a real Kubernetes and proves it. The cluster is the one that KUBECONFIG names, whose context
  the stack must allow; without KUBECONFIG, one of our own, made by ../shared/cluster (needs root).`;

const root = join(import.meta.dirname, "..");
const ownCluster = join(root, "../shared/cluster/cluster");

/** Starts the project's own test cluster and puts it, with its kubectl, into the environment. */
function startOwnCluster(images: string[]): void {
  const cluster = (...args: string[]) => {
    const { status } = spawnSync(ownCluster, args, { stdio: "inherit" });
    if (status !== 0) throw new Error(`\`cluster ${args[0]}\` failed; its message is above.`);
  };
  cluster("up");
  cluster("images", ...images);
  const { stdout } = spawnSync("bash", ["-c", `eval "$('${ownCluster}' env)"; echo "$KUBECONFIG"; echo "$PATH"`], { encoding: "utf8" });
  const [kubeconfig, path] = stdout.trim().split("\n");
  Object.assign(process.env, { KUBECONFIG: kubeconfig, PATH: path, CHATDB_IMAGE_LOADER: `${ownCluster} load` });
}

await main("test:cluster", usage, async () => {
  const { config } = stackConfig("dev");
  if (!process.env.KUBECONFIG) {
    if (!existsSync(ownCluster) || process.getuid?.() !== 0) throw new Error("no cluster: set KUBECONFIG, or run as root beside ../shared/cluster.");
    startOwnCluster([...["postgresImage", "kafkaImage", "objectStoreImage"].map((name) => config[`chatdb:${name}`]!), reference(localBase())]);
  }
  await buildImages({ context: await targetContext("dev") });
  const mocha = join(root, "node_modules/mocha/bin/mocha.js");
  const { status } = spawnSync(process.execPath, [mocha, "tests/cluster/**/*.test.ts", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
});

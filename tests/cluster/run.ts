import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stackConfig } from "../../config/project.ts";
import { settingKey } from "../../config/setting-key.ts";
import { localBase, reference } from "../../bin/base-image.ts";
import { targetContext } from "../../bin/cluster.ts";
import { ask } from "../../bin/command.ts";
import { buildImages } from "../../bin/images.ts";
import { main } from "../../bin/usage.ts";
import { mongodbImage, mysqlImage } from "./support/asked-databases.ts";
import { addClientPrograms } from "./support/postgres-image.ts";

const usage = `Usage: npm run test:cluster [-- dev | ha] [-- MOCHA OPTIONS]
  Deploys ChatDB to a real Kubernetes and proves it: dev on any, then prod (ha) where there are three nodes or more.
  The cluster is the one that KUBECONFIG names, whose context the stack dev must allow; without KUBECONFIG, one of
  our own, made by ../shared/cluster (needs root).
  KEEP_STACK=WORD    leave the stack in place; the next run with the same word goes on with it`;

const root = join(import.meta.dirname, "../..");
const ownCluster = join(root, "../shared/cluster/cluster");

/** Nodes over which the stack of the folder tests/cluster/ha spreads. */
const nodesForHa = 3;

function cluster(...args: string[]): void {
  const { status } = spawnSync(ownCluster, args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`\`cluster ${args[0]}\` failed; its message is above.`);
}

/** Starts the project's own test cluster and puts it, with its kubectl, into the environment. Returns whether it was down. */
function startOwnCluster(images: string[]): boolean {
  const { stdout } = spawnSync("bash", ["-c", `eval "$('${ownCluster}' env)"; echo "$KUBECONFIG"; echo "$PATH"`], {
    encoding: "utf8",
  });
  const [kubeconfig, path] = stdout.trim().split("\n");
  const wasDown = !existsSync(kubeconfig!);
  cluster("up");
  cluster("images", ...images);
  for (const image of images.filter((image) => image.includes("/postgres:") && addClientPrograms(image)))
    cluster("load", image);
  Object.assign(process.env, {
    KUBECONFIG: kubeconfig,
    PATH: path,
    CHATDB_IMAGE_LOADER: `${ownCluster} load`,
    CHATDB_OWN_CLUSTER: ownCluster,
  });
  return wasDown;
}

/** Runs the tests of one folder: they share one deployment. */
function test(part: string, options: readonly string[]): boolean {
  const mocha = join(root, "node_modules/mocha/bin/mocha.js");
  const folder = `tests/cluster/${part}`;
  const { status } = spawnSync(
    process.execPath,
    [mocha, "--require", `./${folder}/hooks.ts`, `${folder}/*.test.ts`, ...options],
    { cwd: root, stdio: "inherit" },
  );
  return status === 0;
}

function nodes(): number {
  return ask("kubectl", "get", "nodes", "--output=name")?.trim().split("\n").length ?? 0;
}

/** Whether the tests that were asked for passed. */
async function testAll(parts: readonly string[], options: readonly string[]): Promise<boolean> {
  await buildImages({ context: await targetContext("dev") });
  let passed = true;
  if (parts.includes("dev")) passed = test("dev", options);
  if (!parts.includes("ha")) return passed;
  if (process.env.CHATDB_OWN_CLUSTER !== undefined) cluster("up", "--nodes", String(nodesForHa));
  if (nodes() >= nodesForHa) return test("ha", options) && passed;
  console.log(`tests/cluster/ha: skipped, it needs ${nodesForHa} nodes and the cluster has ${nodes()}.`);
  return passed;
}

await main("test:cluster", usage, async () => {
  const { config } = stackConfig("dev");
  const all = ["dev", "ha"];
  const [first = "", ...rest] = process.argv.slice(2);
  const [parts, options] = all.includes(first) ? [[first], rest] : [all, process.argv.slice(2)];
  let mustStop = false;
  if (!process.env.KUBECONFIG) {
    if (!existsSync(ownCluster) || process.getuid?.() !== 0)
      throw new Error("no cluster: set KUBECONFIG, or run as root beside ../shared/cluster.");
    const ofStack = ["postgresImage", "kafkaImage", "objectStoreImage"].map(
      (name) => config[settingKey("chatdb", name)]!,
    );
    mustStop = startOwnCluster([
      ...ofStack,
      reference(localBase()),
      ...(parts.includes("dev") ? [mysqlImage, mongodbImage] : []),
    ]);
  }
  try {
    process.exitCode = (await testAll(parts, options)) ? 0 : 1;
  } finally {
    if (mustStop && process.env.KEEP_STACK === undefined) cluster("down");
  }
});

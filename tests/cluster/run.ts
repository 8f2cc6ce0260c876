/* npm run test:cluster: see docs/testing.md. */
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { localBase, reference } from "../../bin/base-image.ts";
import { targetContext } from "../../bin/cluster.ts";
import { ask } from "../../bin/command.ts";
import { buildImages } from "../../bin/images.ts";
import { main } from "../../bin/usage.ts";
import { UsageError } from "../../services/kit/usage-error.ts";
import { images } from "../../render/images.ts";
import { manifests } from "../../render/manifests.ts";
import { recordStack } from "../../render/stack.ts";
import { mongodbImage, mysqlImage } from "./support/asked-databases.ts";

const systems = ["chatdb"];
/** Tests of the components alone, which deploy what they need themselves. */
const withoutStack = ["two-systems"];

const usage = `Usage: npm run test:cluster -- PART... [--short] [-- MOCHA OPTIONS OR FILES]
  Deploys to a real Kubernetes and tests what runs there. The parts:
  ${systems.join(", ").padEnd(8)}  the smoke test of this system, on one node: startup order, network, main scenario, a kill, restore
  two-systems  two made-up systems with the same names, side by side: own passwords, own network
  faults    on three nodes under load: a rolling update, a broker killed, a node without power, a rotation
  all       both, and the long tests of both
  --short   of the faults, a sample of each kind
  The cluster is the one that KUBECONFIG names, whose context the stack dev must allow; without KUBECONFIG, one of
  our own, made by ../shared/cluster (needs root).
  KEEP_STACK=WORD    leave the stack in place; the next run with the same word goes on with it`;

const root = join(import.meta.dirname, "../..");
const ownCluster = join(root, "../shared/cluster/cluster");
const nodesForFaults = 3;

interface Plan {
  /** Folders of tests/cluster, in their order. */
  readonly folders: readonly string[];
  readonly long: boolean;
  /** For mocha. */
  readonly options: readonly string[];
}

function planned(args: readonly string[]): Plan {
  const end = args.indexOf("--");
  const [own, options] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const parts = own.filter((arg) => arg !== "--short");
  const folders = [...systems, ...withoutStack, "faults"];
  const known = [...folders, "all"];
  const unknown = parts.find((part) => !known.includes(part));
  if (unknown !== undefined) throw new UsageError(`there is no part "${unknown}".`);
  if (parts.length === 0) throw new UsageError("name what to test.");
  if (own.includes("--short")) process.env.TEST_SHORT = "1";
  const long = parts.includes("all");
  return { folders: folders.filter((folder) => long || parts.includes(folder)), long, options };
}

function cluster(...args: string[]): void {
  const { status } = spawnSync(ownCluster, args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`\`cluster ${args[0]}\` failed; its message is above.`);
}

/** The images of a stack that are not built here. */
async function imagesOfOthers(stack: string): Promise<string[]> {
  const all = images(manifests(await recordStack(stack), { form: "clear" }).flat());
  return [...new Set(all)].filter((image) => !image.startsWith("localhost/"));
}

/** Starts our own test cluster and puts it, with its kubectl, into the environment. Returns whether it was down. */
function startOwnCluster(images: readonly string[]): boolean {
  const { stdout } = spawnSync("bash", ["-c", `eval "$('${ownCluster}' env)"; echo "$KUBECONFIG"; echo "$PATH"`], {
    encoding: "utf8",
  });
  const [kubeconfig, path] = stdout.trim().split("\n");
  const wasDown = !existsSync(kubeconfig!);
  cluster("up");
  cluster("images", ...images);
  Object.assign(process.env, {
    KUBECONFIG: kubeconfig,
    PATH: path,
    CHATDB_IMAGE_LOADER: `${ownCluster} load`,
    CHATDB_OWN_CLUSTER: ownCluster,
  });
  return wasDown;
}

/** Runs the tests of one folder, which share one deployment. */
function test(folder: string, { long, options }: Plan): boolean {
  const mocha = join(root, "node_modules/mocha/bin/mocha.js");
  const all = globSync(`tests/cluster/${folder}/*.test.ts`, { cwd: root }).sort();
  const files = long ? all : all.filter((file) => !file.endsWith(".long.test.ts"));
  const named = options.some((option) => option.endsWith(".test.ts"));
  const hooks = withoutStack.includes(folder) ? [] : ["--require", `./tests/cluster/${folder}/hooks.ts`];
  const { status } = spawnSync(process.execPath, [mocha, ...hooks, ...options, ...(named ? [] : files)], {
    cwd: root,
    stdio: "inherit",
  });
  return status === 0;
}

function nodes(): number {
  return ask("kubectl", "get", "nodes", "--output=name")?.trim().split("\n").length ?? 0;
}

/** Times what is done, for the table at the end. */
const took: string[] = [];
async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    took.push(`${what}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
}

/** Whether everything that was planned passed. */
async function testAll(plan: Plan): Promise<boolean> {
  await timed("images of the services", async () => buildImages({ context: await targetContext("dev") }));
  let passed = true;
  for (const folder of plan.folders) {
    if (folder === "faults") {
      if (process.env.CHATDB_OWN_CLUSTER !== undefined)
        await timed("two more nodes", () => cluster("up", "--nodes", String(nodesForFaults)));
      if (nodes() < nodesForFaults) {
        console.log(`faults: skipped, they need ${nodesForFaults} nodes and the cluster has ${nodes()}.`);
        continue;
      }
    }
    passed = (await timed(folder, () => test(folder, plan))) && passed;
  }
  return passed;
}

await main("test:cluster", usage, async () => {
  const plan = planned(process.argv.slice(2));
  let mustStop = false;
  if (!process.env.KUBECONFIG) {
    if (!existsSync(ownCluster) || process.getuid?.() !== 0)
      throw new Error("no cluster: set KUBECONFIG, or run as root beside ../shared/cluster.");
    const ofStack = await imagesOfOthers("dev");
    const asked = plan.long ? [mysqlImage, mongodbImage] : [];
    mustStop = await timed("cluster and its images", () =>
      startOwnCluster([...ofStack, reference(localBase()), ...asked]),
    );
  }
  try {
    process.exitCode = (await testAll(plan)) ? 0 : 1;
  } finally {
    if (mustStop && process.env.KEEP_STACK === undefined) await timed("cluster down", () => cluster("down"));
    for (const line of took) console.log(`  ${line}`);
  }
});

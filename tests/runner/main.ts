/* npm test, npm run unit, npm run test:servers: see docs/testing.md. */
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../bin/usage.ts";
import { UsageError } from "../../services/kit/usage-error.ts";

const usage = `Usage: npm test | npm run unit | npm run test:servers [-- MOCHA OPTIONS OR FILES]
  npm test               the format check, the linter, the type check and the unit tests
  npm run unit           the unit tests: they need Node.js alone
  npm run test:servers   the tests that start servers, browsers or image builders, or that run often
  TEST_JOBS=N            run N files at a time; default: one for each CPU`;

const root = join(import.meta.dirname, "../..");

interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly code: number;
}

/** Runs a step; `quiet` shows its output when it is over, so that two at a time do not mix. */
async function step(name: string, command: readonly string[], { quiet = false } = {}): Promise<Outcome> {
  const start = performance.now();
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject).on("close", (status) => resolve(status ?? 1));
  });
  process.stdout.write(Buffer.concat(chunks));
  return { name, seconds: (performance.now() - start) / 1000, code };
}

/** Everything under tests/ that needs no Kubernetes. */
function filesOf(tier: "unit" | "servers"): string[] {
  const files = globSync("tests/**/*.test.ts", { cwd: root }).filter((file) => !file.startsWith("tests/cluster/"));
  return files.filter((file) => file.endsWith(".servers.test.ts") === (tier === "servers")).sort();
}

/** Files that are named in the arguments take the place of the tier's. */
async function test(tier: "unit" | "servers", args: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "test-cpu-"));
  process.env.TEST_CPU_FILE = join(folder, "cpu");
  const jobs = Number(process.env.TEST_JOBS ?? availableParallelism());
  const parallel = jobs > 1 ? ["--parallel", "--jobs", String(jobs)] : [];
  const files = args.some((arg) => arg.endsWith(".test.ts")) ? [] : filesOf(tier);
  try {
    return await step(tier, [
      process.execPath,
      join(root, "node_modules/mocha/bin/mocha.js"),
      ...parallel,
      ...args,
      ...files,
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The two check different things of the same files, each with several threads. */
function checks(): Promise<Outcome[]> {
  const npm = (script: string) => ["npm", "run", "--silent", script];
  return Promise.all(["types", "lint"].map((script) => step(script, npm(script), { quiet: true })));
}

await main("test", usage, async () => {
  const [tier = "", ...args] = process.argv.slice(2);
  if (tier !== "all" && tier !== "unit" && tier !== "servers") throw new UsageError(`there is no tier "${tier}".`);
  const outcomes = tier === "all" ? await checks() : [];
  outcomes.push(await test(tier === "all" ? "unit" : tier, args));
  for (const { name, seconds, code } of outcomes)
    console.log(`${name}: ${code === 0 ? "passed" : `exit code ${code}`} after ${seconds.toFixed(0)} s`);
  process.exitCode = outcomes.some(({ code }) => code !== 0) ? 1 : 0;
});

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main } from "./usage.ts";
import { UsageError } from "../services/kit/usage-error.ts";

const usage = `Usage: npm run crash [-- --runs N] [--seed N]
  Deploys ChatDB to a test cluster as \`npm run test:cluster\` does and, in the middle of training jobs, kills a random process
  by SIGKILL: orchestrator, engine, registry, broker, database or object store. Then proves that no job was lost, none had
  two effects, and no artifact is left that no version names.
  --runs N   kills, default 100; about 20 s each
  --seed N   decides which processes are killed, and when; default 1`;

await main("crash", usage, () => {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
  });
  for (const [name, value] of Object.entries(values))
    if (!/^[1-9]\d{0,8}$/.test(value))
      throw new UsageError(`--${name} takes a whole number from 1 on, not "${value}".`);
  const env = { ...process.env, CRASH_RUNS: values.runs, CRASH_SEED: values.seed };
  const { status } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "../tests/cluster/run.ts"), "chatdb", "--", "tests/cluster/chatdb/crash.long.test.ts"],
    { env, stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
});

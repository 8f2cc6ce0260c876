/* npm run restore: lists the backups of PostgreSQL, or brings one back. */
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { stackNames } from "../config/project.ts";
import { listBackups, restore, type Backup, type Place } from "./backups.ts";
import { namespaceName } from "../systems/chatdb/namespaces.ts";
import { targetContext } from "./cluster.ts";
import { kubectlFor } from "./kubectl.ts";
import { stackArgument } from "./stack-argument.ts";
import { main } from "./usage.ts";
import { UsageError } from "../services/kit/usage-error.ts";

const usage = `Usage: npm run restore -- STACK [--list | --from TIME] [--yes]
  STACK         ${stackNames().join(" or ")}: its databases are replaced by those of a backup
  --list        show the backups and change nothing
  --from TIME   the backup's time, as the list shows it (default: the latest)
  --yes         do not ask before overwriting`;

function options() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: "boolean", default: false },
      from: { type: "string", default: "latest" },
      yes: { type: "boolean", default: false },
    },
  });
  const from = values.from === "latest" ? "latest" : values.from.replace(/[-:]/g, "");
  if (from !== "latest" && !/^\d{8}T\d{6}Z$/.test(from))
    throw new UsageError(`--from is "latest" or a time such as 20261121T060000Z, not ${values.from}.`);
  return { stack: stackArgument(positionals), list: values.list, yes: values.yes, from };
}

/** Time, size and databases of a backup, in a line. */
function line({ time, parts }: Backup): string {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const databases = parts.flatMap(({ name }) => (name.endsWith(".dump") ? [name.slice(0, -".dump".length)] : []));
  return `${time}  ${`${(bytes / 2 ** 20).toFixed(2)} MiB`.padStart(12)}  ${databases.join(", ")}`;
}

/** The backup that a restore will take, after its data was shown and overwriting agreed to. */
async function agreed(place: Place, stack: string, from: string): Promise<string | undefined> {
  const backups = await listBackups(place);
  const chosen = from === "latest" ? backups[0] : backups.find(({ time }) => time === from);
  if (chosen === undefined)
    throw new Error(
      from === "latest"
        ? "there is no backup."
        : `there is no backup ${from}; \`npm run restore -- ${stack} --list\` shows which there are.`,
    );
  console.log(line(chosen));
  const terminal = createInterface(process.stdin, process.stdout);
  try {
    const answer = await terminal.question(
      `Replace these databases of ${stack}? What was written since is lost. [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim()) ? chosen.time : undefined;
  } finally {
    terminal.close();
  }
}

await main("restore", usage, async () => {
  const { stack, list, from, yes } = options();
  if (!list && !yes && !process.stdin.isTTY)
    throw new UsageError("it overwrites databases, and there is no terminal to ask at: say --yes.");
  const context = await targetContext(stack);
  const place: Place = { kubectl: kubectlFor(context), namespace: namespaceName("system"), tell: console.log };
  if (list) {
    const backups = await listBackups({ ...place, tell: () => undefined });
    console.log(backups.length === 0 ? "There is no backup." : backups.map(line).join("\n"));
    return;
  }
  const start = performance.now();
  const chosen = yes ? from : await agreed(place, stack, from);
  if (chosen === undefined) return console.log("Nothing was changed.");
  await restore(place, chosen);
  console.log(
    `Restored in ${((performance.now() - start) / 1000).toFixed(1)} s. Services that lost their connections take new ones by themselves.`,
  );
});

/* npm run backup: backs PostgreSQL up now. */
import { parseArgs } from "node:util";
import { stackNames } from "../config/project.ts";
import { backUp } from "./backups.ts";
import { namespaceName } from "../systems/chatdb/namespaces.ts";
import { targetContext } from "./cluster.ts";
import { kubectlFor } from "./kubectl.ts";
import { stackArgument } from "./stack-argument.ts";
import { main } from "./usage.ts";

const usage = `Usage: npm run backup -- STACK
  STACK   ${stackNames().join(" or ")}: its databases are dumped to the object store, as its CronJob does by schedule`;

await main("backup", usage, async () => {
  const stack = stackArgument(parseArgs({ allowPositionals: true, options: {} }).positionals);
  const context = await targetContext(stack);
  const output = await backUp({ kubectl: kubectlFor(context), namespace: namespaceName("system"), tell: console.log });
  console.log(output.trimEnd());
});

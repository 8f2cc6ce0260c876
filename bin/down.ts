import { parseArgs } from "node:util";
import { stackNames } from "../config/project.ts";
import { pulumi } from "./pulumi.ts";
import { stackArgument } from "./stack-argument.ts";
import { main } from "./usage.ts";

const usage = `Usage: npm run down -- STACK [--yes]
  STACK   ${stackNames().join(" or ")}: everything that it deployed is deleted, its data too
  --yes   do not ask before deleting (always so for dev)`;

await main("down", usage, async () => {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { yes: { type: "boolean", default: false } } });
  const stack = stackArgument(positionals);
  const unasked = stack === "dev" || values.yes ? ["--yes"] : [];
  await pulumi("destroy", "--stack", stack, ...unasked, ...(unasked.length > 0 ? ["--skip-preview"] : []));
  await pulumi("stack", "rm", stack, "--yes", "--preserve-config");
});

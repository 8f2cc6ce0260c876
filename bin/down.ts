import { parseArgs } from "node:util";
import { stackConfig, stackNames } from "../config/project.ts";
import { settingKey, sharedNamespace } from "../config/setting-key.ts";
import { pulumi } from "./pulumi.ts";
import { stackArgument } from "./stack-argument.ts";
import { main } from "./usage.ts";

const usage = `Usage: npm run down -- STACK [--yes]
  STACK   ${stackNames().join(" or ")}: everything that it deployed is deleted, its data too
  --yes   do not ask before deleting (always so for dev)`;

/** Pulumi itself would notice at the first protected resource, with the services gone already. */
function refuseProtected(stack: string): void {
  if (stackConfig(stack).config[settingKey(sharedNamespace, "protect")] !== "true") return;
  throw new Error(
    `the data of stack ${stack} is protected; nothing was deleted. To delete it all the same:\n` +
      `  pulumi config set --stack ${stack} platform:protect false\n` +
      `  npm run up -- ${stack}\n` +
      `  npm run down -- ${stack}`,
  );
}

await main("down", usage, async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { yes: { type: "boolean", default: false } },
  });
  const stack = stackArgument(positionals);
  refuseProtected(stack);
  const unasked = stack === "dev" || values.yes ? ["--yes"] : [];
  await pulumi("destroy", "--stack", stack, ...unasked, ...(unasked.length > 0 ? ["--skip-preview"] : []));
  await pulumi("stack", "rm", stack, "--yes", "--preserve-config");
});

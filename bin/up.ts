import { parseArgs } from "node:util";
import { stackConfig, stackNames } from "../config/project.ts";
import { settingKey, sharedNamespace } from "../config/setting-key.ts";
import { targetContext } from "./cluster.ts";
import { buildImages } from "./images.ts";
import { requireOperators } from "./operators.ts";
import { pulumi } from "./pulumi.ts";
import { stackArgument } from "./stack-argument.ts";
import { main } from "./usage.ts";

const usage = `Usage: npm run up -- STACK [--yes]
  STACK   ${stackNames().join(" or ")}
  --yes   do not ask before changing anything (always so for dev)`;

await main("up", usage, async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { yes: { type: "boolean", default: false } },
  });
  const stack = stackArgument(positionals);
  const context = await targetContext(stack);
  const configuration = stackConfig(stack);
  requireOperators(configuration, context);
  console.log(`Deploying ${stack} to the context ${context}.`);
  if (configuration.config[settingKey(sharedNamespace, "imageTag")] === "source") await buildImages({ context });
  await pulumi("stack", "select", "--create", stack);
  await pulumi(
    "up",
    "--stack",
    stack,
    "--policy-pack",
    "policies",
    ...(stack === "dev" || values.yes ? ["--yes", "--skip-preview"] : []),
  );
});

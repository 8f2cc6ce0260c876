import { stackNames } from "../config/project.ts";
import { UsageError } from "../services/kit/usage-error.ts";

/** The stack that the command line names. */
export function stackArgument(positionals: readonly string[]): string {
  const [stack, ...others] = positionals;
  if (stack === undefined || others.length > 0) throw new UsageError("say which stack, and no more than one.");
  if (!stackNames().includes(stack))
    throw new UsageError(`there is no stack ${stack}: the stacks are ${stackNames().join(", ")}.`);
  return stack;
}

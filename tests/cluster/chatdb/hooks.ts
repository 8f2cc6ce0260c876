import { deployOnce } from "../support/hooks.ts";
import { stack } from "./stack.ts";

export const mochaHooks = deployOnce("dev", stack);

import type { SystemTable } from "../config/stack.ts";
import type { ConfiguredSystem } from "./system.ts";

/** Every system that a stack can deploy, by the name that `platform:systems` gives it. */
export const systems: SystemTable<ConfiguredSystem> = {
  chatdb: async () => (await import("./chatdb/index.ts")).chatdb,
};

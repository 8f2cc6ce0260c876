import type { System } from "./system.ts";

/** Every system that a stack can deploy, by the name that `platform:systems` gives it. */
export const systems: Readonly<Record<string, () => Promise<System>>> = {
  chatdb: async () => (await import("./chatdb/index.ts")).chatdb,
};

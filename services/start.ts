/* npm start [-- SYSTEM] [options]: runs a system on this machine without a cluster. */
import type { EmbeddedSystem } from "@platform/embedded/system.ts";
import { run } from "@platform/embedded/run.ts";

/** Each is loaded only when it is asked for. The first is the one that runs where none is named. */
const systems: Record<string, () => Promise<EmbeddedSystem>> = {
  chatdb: () => import("@chatdb/embedded/system.ts").then(({ chatdb }) => chatdb),
};
const names = Object.keys(systems);

const [first, ...rest] = process.argv.slice(2);
const isNamed = first !== undefined && !first.startsWith("-");
const name = isNamed ? first : names[0]!;
const load = systems[name];
if (load === undefined) {
  console.error(`start: there is no system ${name}; the systems are ${names.join(", ")}`);
  process.exit(2);
}
await run(name, await load(), isNamed ? rest : process.argv.slice(2));

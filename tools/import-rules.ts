import { circlesOf } from "./import-graph.ts";

/** Packages that services of their system import. They have no process of their own. */
const libraries = new Set([
  "contracts",
  "ml-model",
  "onnx-runtime",
  "question-engine",
  "registry-client",
  "sample-data",
]);

/** Packages that services of every system import. */
const shared = new Set(["kit", "provisioner"]);

/** Starts all services of a system in one process, so it imports them all. */
const embedded = "embedded";

interface Part {
  /** "systems", "config", "components", "services", ... */
  area: string;
  /** Of a service: its system, or undefined if all systems share it. */
  system?: string | undefined;
  service?: string | undefined;
}

function partOf(module: string): Part {
  const [area, first, second, third] = module.split("/");
  if (area !== "services" || first === undefined || second === undefined) return { area: area! };
  if (third === undefined) return { area, service: first };
  return first === "kit" || first === "provisioner" || first === embedded
    ? { area, service: first }
    : { area, system: first, service: second };
}

/**
 * What each area may import beside itself. The others are commands, tests and benchmarks, which may import anything.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  components: [],
  config: ["components"],
  systems: ["config", "components"],
  "index.ts": ["systems", "config", "components"],
  services: [],
  policies: [],
};

/** The rule that an import breaks; undefined if it keeps all. Both are paths relative to the repository. */
export function brokenRule(importer: string, imported: string): string | undefined {
  return violationOf(partOf(importer), partOf(imported));
}

function violationOf(from: Part, to: Part): string | undefined {
  const areas = allowed[from.area];
  if (areas && from.area !== to.area && !areas.includes(to.area))
    return `${from.area} imports ${areas.length > 0 ? `only ${areas.join(" and ")}` : "no other folder"}`;
  if (from.area !== "services" || to.area !== "services" || from.service === undefined) return undefined;
  if (from.service === to.service && from.system === to.system) return undefined;
  if (to.system === undefined)
    return shared.has(to.service ?? "") || from.service === embedded
      ? undefined
      : "only kit and provisioner are shared";
  if (from.system === undefined) return "a shared package imports no system";
  if (from.system !== to.system) return "systems never import each other";
  if (from.service === embedded || libraries.has(to.service ?? "")) return undefined;
  return `a service imports no other service's inside; libraries are ${[...libraries].join(", ")}`;
}

/** Every import that breaks a rule and every circle of imports, each in a line. */
export function importProblems(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const broken = [...graph].flatMap(([module, imports]) =>
    imports.flatMap((imported) => {
      const rule = brokenRule(module, imported);
      return rule === undefined ? [] : [`${module} imports ${imported}: ${rule}`];
    }),
  );
  return [...broken, ...circlesOf(graph).map((circle) => `modules import each other: ${circle.join(" -> ")}`)];
}

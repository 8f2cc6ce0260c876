import type { Connector } from "./connector.ts";

/** A data source that has not answered by then is shown as down. Well below a probe's timeout; in ms. */
const patienceMs = 1000;

/** The last findings are shown again for so long, in ms, so that probes do not add up to load. */
const freshMs = 5000;

interface Component {
  status: "UP" | "DOWN";
  details: Record<string, string>;
}

/** The shape of Spring Boot's /actuator/health. */
export interface Health {
  status: "UP";
  components: {
    dataSources: { status: "UP" | "DOWN"; components: Record<string, Component> };
    /** The database in which data sources that were added are on record. */
    record: Component;
  };
}

/**
 * Health with one component per data source. The whole is UP as long as this process answers: a restart brings no
 * database back, and the other data sources still work.
 */
export function createHealth(connector: Connector): () => Promise<Health> {
  let last: { at: number; health: Promise<Health> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > freshMs) last = { at: performance.now(), health: look(connector) };
    return last.health;
  };
}

async function look(connector: Connector): Promise<Health> {
  let names = connector.sources.configured();
  const record = await componentOf(async () => {
    names = (await connector.sources.list()).map(({ name }) => name);
    return {};
  });
  const components = Object.fromEntries(
    await Promise.all(
      names.map(
        async (name) => [name, await componentOf(async () => ({ database: await connector.ping(name) }))] as const,
      ),
    ),
  );
  const down = Object.values(components).some(({ status }) => status === "DOWN");
  return { status: "UP", components: { dataSources: { status: down ? "DOWN" : "UP", components }, record } };
}

async function componentOf(ask: () => Promise<Component["details"]>): Promise<Component> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Component>((resolve) => {
    timer = setTimeout(resolve, patienceMs, {
      status: "DOWN",
      details: { error: `no answer within ${patienceMs} ms` },
    });
  });
  const asked = ask().then(
    (details): Component => ({ status: "UP", details }),
    (error: unknown): Component => ({
      status: "DOWN",
      details: { error: error instanceof Error ? error.message : String(error) },
    }),
  );
  return await Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

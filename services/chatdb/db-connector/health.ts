import type { Connector } from "./connector.ts";

/** A data source that does not answer within this time is down, in ms. It is well below a probe's timeout. */
const timeoutMs = 1000;

/** How long a result is cached, in ms, so that probes put no load on the data sources. */
const cacheMs = 5000;

interface Component {
  status: "UP" | "DOWN";
  details: Record<string, string>;
}

/** The shape of Spring Boot's /actuator/health. */
export interface Health {
  status: "UP";
  components: {
    dataSources: { status: "UP" | "DOWN"; components: Record<string, Component> };
    /** The database that keeps the data sources added at run time. */
    record: Component;
  };
}

/**
 * Reports health with one component per data source. The whole is UP as long as this process answers, since a restart
 * brings no database back and the other data sources still work.
 */
export function createHealth(connector: Connector): () => Promise<Health> {
  let last: { at: number; health: Promise<Health> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > cacheMs) last = { at: performance.now(), health: readHealth(connector) };
    return last.health;
  };
}

async function readHealth(connector: Connector): Promise<Health> {
  let names = connector.sources.configuredNames();
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

async function componentOf(check: () => Promise<Component["details"]>): Promise<Component> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Component>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, {
      status: "DOWN",
      details: { error: `no answer within ${timeoutMs} ms` },
    });
  });
  const checked = check().then(
    (details): Component => ({ status: "UP", details }),
    (error: unknown): Component => ({
      status: "DOWN",
      details: { error: error instanceof Error ? error.message : String(error) },
    }),
  );
  return await Promise.race([checked, late]).finally(() => clearTimeout(timer));
}

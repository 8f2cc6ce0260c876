import type { AddressInfo } from "node:net";
import type { Dialect, Statement } from "@chatdb/contracts/query.ts";
import { queryResult } from "@chatdb/contracts/query.ts";
import { Connector } from "@chatdb/db-connector/connector.ts";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import { createService } from "@chatdb/db-connector/service.ts";
import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { createLogger } from "@platform/kit/log.ts";
import { quantile, type Figure } from "../figures.ts";
import { bareDrivers, type BareDriver } from "./bare-drivers.ts";
import { openServer } from "./servers.ts";

const queries = 1500;
const log = createLogger("bench", "silent");

/** Measures the db-connector's overhead over the bare driver, with one query at a time, in turn. */
export async function connectorFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const dialect of ["postgresql", "mysql", "mongodb"] as const) {
    const server = await openServer(dialect);
    if (typeof server === "string") {
      process.stderr.write(`${dialect} is left out: ${server}\n`);
      continue;
    }
    figures.push(...(await figuresOf(dialect, server.settings)));
    await server.close();
  }
  return figures;
}

/** The queries ask for the five customers with the most orders in a country, one country after the other. */
const countries = ["Germany", "France", "Spain", "Italy", "Poland"];

async function figuresOf(dialect: Dialect, settings: DataSourceSettings): Promise<Figure[]> {
  const bare: BareDriver = await bareDrivers[dialect](settings);
  const connector = new Connector([settings], log);
  const app = await createService({ dataSources: [settings], log });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const http = createHttpClient(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  const { signal } = new AbortController();
  const callers: Record<string, (statement: Statement) => Promise<unknown>> = {
    "the driver alone": (statement) => bare.run(statement),
    "the connector": (statement) => connector.query("shop", { ...statement, limit: 1000, timeout_ms: 10_000 }, signal),
    "the connector over HTTP": (statement) => http.postJson("/datasources/shop/query", statement, queryResult),
  };
  const times = Object.fromEntries(Object.keys(callers).map((caller) => [caller, [] as number[]]));
  for (let n = -200; n < queries; n++) {
    for (const [caller, ask] of Object.entries(callers)) {
      const started = performance.now();
      await ask(bare.statement(countries[Math.abs(n) % countries.length]!));
      // The first queries open connections and fill caches, so they do not count.
      if (n >= 0) times[caller]!.push(performance.now() - started);
    }
  }
  const cpu: Record<string, number> = {};
  for (const [caller, ask] of Object.entries(callers)) {
    const before = process.cpuUsage();
    for (let n = 0; n < queries / 3; n++) await ask(bare.statement(countries[n % countries.length]!));
    const { user, system } = process.cpuUsage(before);
    cpu[caller] = (user + system) / 1000 / (queries / 3);
  }
  await Promise.all([http.close().then(() => app.close()), connector.close(), bare.close()]);

  const shares = [0.5, 0.99] as const;
  const added = (share: number) =>
    quantile(times["the connector over HTTP"]!, share) - quantile(times["the driver alone"]!, share);
  return [
    ...Object.keys(callers).flatMap((caller) =>
      shares.map(
        (share): Figure => ({
          what: `${dialect}, ${caller}, p${share * 100}`,
          value: quantile(times[caller]!, share),
          digits: 2,
          unit: "ms",
        }),
      ),
    ),
    ...Object.keys(callers).map(
      (caller): Figure => ({
        what: `${dialect}, ${caller}, CPU`,
        value: cpu[caller]!,
        digits: 2,
        unit: "ms of CPU a query",
      }),
    ),
    { what: `${dialect}, added in all, p50`, value: added(0.5), digits: 2, unit: "ms" },
    { what: `${dialect}, added in all, p99`, value: added(0.99), digits: 2, unit: "ms", goal: { atMost: 5 } },
  ];
}

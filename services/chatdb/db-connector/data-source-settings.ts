import { tls } from "@chatdb/contracts/data-sources.ts";
import { dialect, type Dialect } from "@chatdb/contracts/query.ts";
import { port, readEnv } from "@platform/kit/env.ts";
import { z } from "zod";
import type { DriverSettings } from "./driver.ts";

/** The name, address and credentials of a database that people may query. */
export interface DataSourceSettings extends DriverSettings {
  name: string;
  dialect: Dialect;
}

export const defaultPorts: Record<Dialect, number> = { postgresql: 5432, mysql: 3306, mongodb: 27017 };

const settings = {
  DIALECT: dialect.default("postgresql"),
  HOST: z.string(),
  PORT: port.optional(),
  NAME: z.string(),
  USER: z.string(),
  PASSWORD: z.string(),
  SSL: tls.default("disable"),
};

const settingPattern = new RegExp(`^DATASOURCE_(?<group>\\w+)_(?:${Object.keys(settings).join("|")})$`);

/**
 * Reads the data sources from the environment. Each group of variables describes one, named after the group in lower
 * case: `DATASOURCE_<NAME>_DIALECT` (default `postgresql`), `_HOST`, `_PORT` (default: the dialect's), `_NAME` (the
 * database), `_USER`, `_PASSWORD` and `_SSL` (`disable`, `require` or `verify`; default `disable`).
 * @throws ConfigurationError that lists every missing or wrong variable
 */
export function readDataSources(env: NodeJS.ProcessEnv = process.env): DataSourceSettings[] {
  const groups = [
    ...new Set(Object.keys(env).flatMap((name) => settingPattern.exec(name)?.groups?.group ?? [])),
  ].sort();
  const types = Object.entries(settings);
  const variable = (group: string, setting: string) => `DATASOURCE_${group}_${setting}`;
  const values = readEnv(
    z.object(Object.fromEntries(groups.flatMap((group) => types.map(([name, type]) => [variable(group, name), type])))),
    env,
  );
  return groups.map((group) => {
    const read = z
      .object(settings)
      .parse(Object.fromEntries(types.map(([name]) => [name, values[variable(group, name)]])));
    return {
      name: group.toLowerCase(),
      dialect: read.DIALECT,
      host: read.HOST,
      port: read.PORT ?? defaultPorts[read.DIALECT],
      database: read.NAME,
      user: read.USER,
      password: read.PASSWORD,
      tls: read.SSL,
    };
  });
}

/** The data sources that the db-connector knows: those of its configuration, and those that are added at run time. */
import { z } from "zod";
import { dialect } from "./query.ts";

/** What the name of a data source may be. */
export const dataSourceName = z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "expected a lower-case letter, then letters, digits, _ and -, 63 characters at most");

/** As in libpq: `require` encrypts and does not check the server's certificate; `verify` checks it against the public authorities. */
export const tls = z.enum(["disable", "require", "verify"]);

/** One data source, without its secrets. */
export const dataSource = z.object({
  name: z.string(),
  dialect,
  host: z.string(),
  port: z.number(),
  database: z.string(),
  user: z.string(),
  tls,
  /** `configuration`: it cannot be changed at run time. `api`: it was added at run time. */
  origin: z.enum(["configuration", "api"]),
  /** Where the password is read from, when it is not kept here. */
  password_ref: z.string().optional(),
});
export type DataSource = z.infer<typeof dataSource>;

/** `GET /datasources` */
export const dataSourceList = z.object({ datasources: z.array(dataSource) });
export type DataSourceList = z.infer<typeof dataSourceList>;

/** The data sources of the db-connector: those of its configuration, and those added at run time. */
import { z } from "zod";
import { dataSourceName } from "./common.ts";
import { dialect } from "./query.ts";

/**
 * As in libpq: `require` encrypts and does not check the server's certificate; `verify` checks it against the public
 * authorities.
 */
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
  /** Source of the password, if it is not stored. */
  password_ref: z.string().optional(),
});
export type DataSource = z.infer<typeof dataSource>;

/** Whether a host is this machine: `localhost`, 127.0.0.0/8 or ::1. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|(0{0,4}:){2,7}0{0,3}1)$/i.test(host);

/** The TLS of a data source that names none: servers on this machine seldom have a certificate. */
export const defaultTls = (host: string): z.infer<typeof tls> => (isLoopback(host) ? "disable" : "require");

const location = {
  dialect,
  /** A host name or an address. The operator of the connector restricts the addresses. */
  host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9]([\w.:-]*[\w.])?$|^[0-9A-Fa-f:.]+$/, "expected a host name or an address"),
  /** Default: the dialect's own. */
  port: z.number().int().min(1).max(65535).optional(),
  database: z.string().min(1).max(128),
  /** Empty for a MongoDB that asks for no login. */
  user: z.string().max(128).default(""),
  /** Default: `disable` if the host is this machine (localhost, 127.0.0.0/8, ::1), else `require`. */
  tls: tls.optional(),
};

const credentials = {
  /** It is stored encrypted, and never returned. */
  password: z.string().min(1).max(4096).optional(),
  /** Instead of the password: `env:NAME` or `file:NAME`, which the connector's operator provides. */
  password_ref: z
    .string()
    .regex(/^(env|file):[A-Za-z0-9][\w.-]{0,127}$/, "expected env:NAME or file:NAME")
    .optional(),
};

const notBoth = ({ password, password_ref }: { password?: unknown; password_ref?: unknown }) =>
  password === undefined || password_ref === undefined;
const either = "expected either password or password_ref";

/** `POST /datasources` */
export const newDataSource = z.object({ name: dataSourceName, ...location, ...credentials }).refine(notBoth, either);
export type NewDataSource = z.infer<typeof newDataSource>;

/**
 * `PUT /datasources/:name` replaces all fields. Without password and password_ref the stored ones stay, unless server
 * or user change.
 */
export const changedDataSource = z.object({ ...location, ...credentials }).refine(notBoth, either);
export type ChangedDataSource = z.infer<typeof changedDataSource>;

/** `POST /datasources/:name/test` */
export const dataSourceTest = z.object({
  ok: z.boolean(),
  /** Name and version of the server, if the connection succeeded. */
  server: z.string().optional(),
  /** Reason why it failed. */
  reason: z.string().optional(),
  took_ms: z.number().nonnegative(),
});
export type DataSourceTest = z.infer<typeof dataSourceTest>;

/** `GET /datasources` */
export const dataSourceList = z.object({ datasources: z.array(dataSource) });
export type DataSourceList = z.infer<typeof dataSourceList>;

import { z } from "zod";
import { addressRanges } from "../address-ranges.ts";
import { cidr, dnsName, port, secret, text } from "../fields.ts";
import type { Issue } from "../issue.ts";

const defaultPorts = { postgresql: 5432, mysql: 3306, mongodb: 27017 };

const configured = z
  .strictObject({
    dialect: z.enum(["postgresql", "mysql", "mongodb"]).default("postgresql").describe("Kind of the database."),
    host: dnsName.describe("Host name of its server."),
    port: port.optional().describe("Its port. Without it, the usual one of the dialect."),
    database: text.describe("Name of the database."),
    user: text.describe("Login that may read it."),
    password: secret.describe("Password of that login."),
    ssl: z
      .enum(["require", "disable", "verify"])
      .default("require")
      .describe("Whether connections are encrypted, and the server's certificate verified."),
    cidr,
  })
  .transform((source) => ({ ...source, port: source.port ?? defaultPorts[source.dialect] }));

/** The databases that people ask. */
export const dataSources = z.strictObject({
  sample: z.boolean().default(true).describe("Make the database `shop` with some thousand sample rows to ask."),
  configured: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/, "must be a name of lower-case letters, digits and _"), configured)
    .default({})
    .describe("Databases to ask, by name."),
  added: addressRanges(Object.values(defaultPorts), "databases")
    .extend({
      secret: dnsName.optional().describe("A Secret in `chatdb-services` whose entries `password_ref` may name."),
    })
    .prefault({})
    .describe("Databases that people add at run time. Without ranges nobody can (docs/chatdb/data-sources.md)."),
});

/** What does not fit together in the settings of data sources. */
export function dataSourceIssues({ sample, configured, added }: z.infer<typeof dataSources>): Issue[] {
  const { ranges, except, secret } = added;
  const useless = [...(except.length > 0 ? ["except"] : []), ...(secret === undefined ? [] : ["secret"])];
  const closed =
    ranges.length > 0
      ? []
      : useless.map((name) => ({
          path: `dataSources.added.${name}`,
          message: "is of no use without ranges: nobody can add data sources",
        }));
  const named =
    sample && "shop" in configured
      ? [
          {
            path: "dataSources.configured.shop",
            message: "has the name of the sample database: choose another, or turn dataSources.sample off",
          },
        ]
      : [];
  return [...named, ...closed];
}

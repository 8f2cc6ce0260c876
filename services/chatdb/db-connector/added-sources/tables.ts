import type { tls } from "@chatdb/contracts/data-sources.ts";
import type { Dialect } from "@chatdb/contracts/query.ts";
import type { Generated } from "kysely";
import type { z } from "zod";

/** The tables of the database that keeps the data sources added at run time. */
export interface DataSourceTables {
  data_sources: {
    name: string;
    dialect: Dialect;
    host: string;
    port: number;
    database: string;
    user: string;
    tls: z.infer<typeof tls>;
    password_ref: string | null;
    /** The password, encrypted under the key `key_id`. */
    password: string | null;
    key_id: string | null;
    /** Changes with every update, so that other replicas notice it. */
    revision: Generated<string>;
    created_at: Generated<Date>;
    changed_at: Generated<Date>;
  };
}

import type { Dialect, PipelineStatement, SqlStatement, Statement } from "@chatdb/contracts/query.ts";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import { MongoClient } from "mongodb";
import mysql from "mysql2/promise";
import pg from "pg";

/** A database driver without the connector, with a plain pool as in its documentation. */
export interface BareDriver {
  statement(country: string): Statement;
  run(statement: Statement): Promise<unknown>;
  close(): Promise<void>;
}

const sql = (placeholder: string) => `
SELECT c.name, count(*) AS orders FROM customers c JOIN orders o ON o.customer_id = c.id
WHERE c.country = ${placeholder} GROUP BY c.id, c.name ORDER BY orders DESC, c.name LIMIT 5`;

const pipeline = (country: string) => [
  { $match: { country } },
  { $limit: 20 },
  { $project: { _id: 1, name: 1, city: 1 } },
];

export const bareDrivers: Record<Dialect, (settings: DataSourceSettings) => Promise<BareDriver>> = {
  postgresql: ({ host, port, user, database }) => {
    const pool = new pg.Pool({ host, port, user, database });
    return Promise.resolve({
      statement: (country) => ({ sql: sql("$1"), params: [country] }),
      run: (statement) => {
        const { sql: text, params = [] } = statement as SqlStatement;
        return pool.query({ text, values: params, rowMode: "array" });
      },
      close: () => pool.end(),
    });
  },
  mysql: ({ host, port, user, password, database }) => {
    const pool = mysql.createPool({ host, port, user, password, database });
    return Promise.resolve({
      statement: (country) => ({ sql: sql("?"), params: [country] }),
      run: (statement) => {
        const { sql: text, params = [] } = statement as SqlStatement;
        return pool.execute({ sql: text, values: params, rowsAsArray: true });
      },
      close: () => pool.end(),
    });
  },
  mongodb: async ({ host, port, database }) => {
    const client = await new MongoClient(`mongodb://${host}:${port}`, { directConnection: true }).connect();
    return {
      statement: (country) => ({
        collection: "customers",
        pipeline: pipeline(country) as unknown as PipelineStatement["pipeline"],
      }),
      run: (statement) => {
        const { collection, pipeline } = statement as PipelineStatement;
        return client.db(database).collection(collection).aggregate(pipeline).toArray();
      },
      close: () => client.close(),
    };
  },
};

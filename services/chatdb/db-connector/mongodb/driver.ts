import type { Statement, Table } from "@chatdb/contracts/query.ts";
import { BSON, MongoClient, type Db, type Document, type MongoClientOptions } from "mongodb";
import {
  connectTimeoutMs,
  introspectionTimeoutMs,
  maxConnections,
  nextBatchSize,
  samplingTimeoutMs,
  type Batch,
  type StatementCheck,
  type Driver,
  type DriverSettings,
  type ReadOptions,
} from "../driver.ts";
import { requirePipeline } from "../statement.ts";
import { startWatchdog } from "../watchdog.ts";
import { introspect } from "./introspect.ts";
import { checkPipeline, type Pipeline } from "./pipeline-check.ts";
import { problemOf } from "./problems.ts";
import { withSamples } from "./sample-values.ts";
import { toJson, typeNameOf, valueAt } from "./values.ts";

const options = ({ user, password, database, tls, addresses }: DriverSettings): MongoClientOptions => ({
  ...(user !== "" && { auth: { username: user, password }, authSource: database }),
  appName: "chatdb-db-connector",
  // Connects to the named host only, not to the other members that it announces.
  directConnection: true,
  readPreference: "secondaryPreferred",
  retryWrites: false,
  maxPoolSize: maxConnections,
  minPoolSize: 0,
  maxIdleTimeMS: 30_000,
  connectTimeoutMS: connectTimeoutMs,
  serverSelectionTimeoutMS: connectTimeoutMs,
  waitQueueTimeoutMS: connectTimeoutMs,
  ...(tls !== "disable" && {
    tls: true,
    tlsAllowInvalidCertificates: tls === "require",
    tlsAllowInvalidHostnames: tls === "require",
  }),
  ...(addresses && { lookup: addresses.lookup }),
});

/**
 * Reads a MongoDB database through aggregation pipelines whose stages cannot write. Documents arrive as raw BSON, so
 * that their size is known and their values keep their types.
 */
export class MongodbDriver implements Driver {
  readonly dialect = "mongodb";
  readonly problemOf = problemOf;
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #settings: DriverSettings;

  /** Connects with the first query. The client itself replaces idle connections that break. */
  constructor(settings: DriverSettings) {
    this.#settings = settings;
    const host = settings.host.includes(":") ? `[${settings.host}]` : encodeURIComponent(settings.host);
    this.#client = new MongoClient(`mongodb://${host}:${settings.port}`, options(settings));
    this.#db = this.#client.db(settings.database);
  }

  check(statement: Statement): StatementCheck {
    return checkPipeline(requirePipeline(statement));
  }

  async *read(statement: Statement, reading: ReadOptions): AsyncGenerator<Batch, void, undefined> {
    const { collection, stages, columns } = checkPipeline(requirePipeline(statement));
    await this.#checkAddress();
    const watchdog = startWatchdog(reading);
    const cursor = this.#db.collection(collection).aggregate<Uint8Array>([...stages, { $limit: reading.maxRows }], {
      raw: true,
      allowDiskUse: false,
      maxTimeMS: reading.timeoutMs,
      batchSize: nextBatchSize(reading, reading.maxRows),
      comment: "chatdb-db-connector",
      signal: watchdog.signal,
    });
    const types = new Map<string, string>();
    try {
      let last: Batch | undefined;
      for (let left = reading.maxRows; left > 0; left -= last.rows.length) {
        const wanted = nextBatchSize(reading, left, last);
        const documents: Uint8Array[] = [];
        while (documents.length < wanted) {
          const document = await watchdog.race(cursor.next());
          if (document === null) break;
          documents.push(document, ...cursor.readBufferedDocuments(wanted - documents.length - 1));
        }
        last = batchOf(documents, columns, types);
        yield last;
        if (documents.length < wanted) break;
      }
    } finally {
      watchdog.stop();
      await cursor.close().catch(() => undefined);
    }
  }

  async introspect(): Promise<Table[]> {
    await this.#checkAddress();
    return await introspect(this.#db, introspectionTimeoutMs);
  }

  async sample(table: Table): Promise<Table> {
    return await withSamples(this.#db, table, samplingTimeoutMs);
  }

  async ping(): Promise<string> {
    await this.#checkAddress();
    const { version } = await this.#db.command({ buildInfo: 1 });
    return `MongoDB ${String(version)}`;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Checks the host's address. The client looks up names only, so a host that is an address needs a check here. */
  async #checkAddress(): Promise<void> {
    await this.#settings.addresses?.resolve(this.#settings.host);
  }
}

function batchOf(documents: readonly Uint8Array[], columns: Pipeline["columns"], types: Map<string, string>): Batch {
  let bytes = 0;
  const rows = documents.map((raw) => {
    bytes += raw.byteLength;
    const document: Document = BSON.deserialize(raw, { promoteValues: false, promoteLongs: false, bsonRegExp: true });
    return columns.map(({ name, path }) => {
      const value = valueAt(document, path);
      if (value !== null && value !== undefined && !types.has(name)) types.set(name, typeNameOf(value));
      return toJson(value);
    });
  });
  return { columns: columns.map(({ name }) => ({ name, type: types.get(name) ?? "null" })), rows, bytes };
}

import type { Statement, Table } from "@chatdb/contracts/query.ts";
import { BSON, MongoClient, type Db, type Document, type MongoClientOptions } from "mongodb";
import {
  connectTimeoutMs,
  introspectionTimeoutMs,
  maxConnections,
  nextBatch,
  samplingTimeoutMs,
  type Batch,
  type Checked,
  type Driver,
  type DriverSettings,
  type Reading,
} from "../driver.ts";
import { pipelineOf } from "../statement.ts";
import { watch } from "../watchdog.ts";
import { introspect } from "./introspect.ts";
import { readPipeline, type Pipeline } from "./pipeline-check.ts";
import { problemOf } from "./problems.ts";
import { withSamples } from "./sample-values.ts";
import { at, toJson, typeNameOf } from "./values.ts";

const options = ({ user, password, database, tls, addresses }: DriverSettings): MongoClientOptions => ({
  ...(user !== "" && { auth: { username: user, password }, authSource: database }),
  appName: "chatdb-db-connector",
  // To the host that was named, and to no other that it tells of.
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
 * Reads a MongoDB database by aggregation pipelines of stages that cannot write. Documents come as BSON, so that their size is
 * known and their values keep their types.
 */
export class MongodbDriver implements Driver {
  readonly dialect = "mongodb";
  readonly problemOf = problemOf;
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #settings: DriverSettings;

  /** Connects when first asked; the driver looks after connections that break while nobody uses them. */
  constructor(settings: DriverSettings) {
    this.#settings = settings;
    const host = settings.host.includes(":") ? `[${settings.host}]` : encodeURIComponent(settings.host);
    this.#client = new MongoClient(`mongodb://${host}:${settings.port}`, options(settings));
    this.#db = this.#client.db(settings.database);
  }

  check(statement: Statement): Checked {
    return readPipeline(pipelineOf(statement));
  }

  async *read(statement: Statement, reading: Reading): AsyncGenerator<Batch, void, undefined> {
    const { collection, stages, columns } = readPipeline(pipelineOf(statement));
    await this.#admit();
    const watching = watch(reading);
    const cursor = this.#db.collection(collection).aggregate<Uint8Array>([...stages, { $limit: reading.maxRows }], {
      raw: true,
      allowDiskUse: false,
      maxTimeMS: reading.timeoutMs,
      batchSize: nextBatch(reading, reading.maxRows),
      comment: "chatdb-db-connector",
      signal: watching.signal,
    });
    const types = new Map<string, string>();
    try {
      let last: Batch | undefined;
      for (let left = reading.maxRows; left > 0; left -= last.rows.length) {
        const wanted = nextBatch(reading, left, last);
        const documents: Uint8Array[] = [];
        while (documents.length < wanted) {
          const document = await watching.unlessStopped(cursor.next());
          if (document === null) break;
          documents.push(document, ...cursor.readBufferedDocuments(wanted - documents.length - 1));
        }
        last = batchOf(documents, columns, types);
        yield last;
        if (documents.length < wanted) break;
      }
    } finally {
      watching.end();
      await cursor.close().catch(() => undefined);
    }
  }

  async introspect(): Promise<Table[]> {
    await this.#admit();
    return await introspect(this.#db, introspectionTimeoutMs);
  }

  async sample(table: Table): Promise<Table> {
    return await withSamples(this.#db, table, samplingTimeoutMs);
  }

  async ping(): Promise<string> {
    await this.#admit();
    const { version } = await this.#db.command({ buildInfo: 1 });
    return `MongoDB ${String(version)}`;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** A host that is an address is not looked up, and so is looked at here. */
  async #admit(): Promise<void> {
    await this.#settings.addresses?.resolve(this.#settings.host);
  }
}

function batchOf(documents: readonly Uint8Array[], columns: Pipeline["columns"], types: Map<string, string>): Batch {
  let bytes = 0;
  const rows = documents.map((raw) => {
    bytes += raw.byteLength;
    const document: Document = BSON.deserialize(raw, { promoteValues: false, promoteLongs: false, bsonRegExp: true });
    return columns.map(({ name, path }) => {
      const value = at(document, path);
      if (value !== null && value !== undefined && !types.has(name)) types.set(name, typeNameOf(value));
      return toJson(value);
    });
  });
  return { columns: columns.map(({ name }) => ({ name, type: types.get(name) ?? "null" })), rows, bytes };
}

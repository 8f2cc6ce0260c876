import type { AddressInfo } from "node:net";
import { createService as createGateway } from "@chatdb/api-gateway/service.ts";
import { deriveKeys } from "@chatdb/db-connector/added-sources/password-encryption.ts";
import type { DataSourceTables } from "@chatdb/db-connector/added-sources/tables.ts";
import { createService as createDbConnector } from "@chatdb/db-connector/service.ts";
import { openDatabase, openPool } from "@platform/kit/database.ts";
import { createDirectoryObjectStore } from "@platform/kit/directory-object-store.ts";
import type { EventBus } from "@platform/kit/event-bus.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { createService as createMlEngine } from "@chatdb/ml-engine/service.ts";
import { createService as createModelRegistry } from "@chatdb/model-registry/service.ts";
import { createService as createPredictionService } from "@chatdb/prediction-service/service.ts";
import type { LanguageModelOptions } from "@chatdb/query-parser/language-model/options.ts";
import { createService as createQueryParser } from "@chatdb/query-parser/service.ts";
import { housesCsv } from "@chatdb/sample-data/datasets.ts";
import { createService as createTestService } from "@chatdb/test-service/service.ts";
import { createService as createTrainingOrchestrator } from "@chatdb/training-orchestrator/service.ts";
import type { FastifyInstance } from "fastify";
import type { Kysely } from "kysely";
import type { DataDirectory } from "@platform/embedded/data-directory.ts";
import { startDatabases, type EmbeddedDatabase } from "@platform/embedded/embedded-database.ts";
import { prepareShop } from "./shop.ts";

export interface ChatDbOptions {
  /**
   * Address and port of the gateway; 0 picks a free port. All others listen on the loopback interface, on free ports.
   */
  host: string;
  port: number;
  directory: DataDirectory;
  /** Reads questions that the engine is not sure of. Default: none. */
  languageModel?: LanguageModelOptions | undefined;
  logLevel: string;
}

export interface RunningChatDb {
  /** Address of the gateway. */
  url: string;
  testServiceUrl: string;
  close(): Promise<void>;
}

const buckets = { models: "models", datasets: "datasets", feedback: "feedback", checkpoints: "checkpoints" };

/**
 * Starts all services of ChatDB in this process, on embedded databases, an event bus in memory and an object store in a
 * folder. If one cannot start, those that run are stopped.
 */
export async function startChatDb(options: ChatDbOptions): Promise<RunningChatDb> {
  const opened: (() => Promise<unknown>)[] = [];
  const close = async () => {
    // In reverse order, so that nothing loses what it still uses.
    for (const each of opened.splice(0).reverse()) await each();
  };
  try {
    return { ...(await start(options, (each) => opened.push(each))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts a service and returns its address. */
type Serve = (creating: Promise<FastifyInstance>, at?: { host: string; port: number }) => Promise<string>;

async function start(
  { host, port, directory, languageModel, logLevel }: ChatDbOptions,
  onClose: (close: () => Promise<unknown>) => void,
) {
  const log = (service: string) => createLogger(service, logLevel);
  const tables = <DB>(of: EmbeddedDatabase) => {
    const db = openDatabase<DB>(openPool(of.env));
    onClose(() => db.destroy());
    return db;
  };
  const serve: Serve = async (creating, at = { host: "127.0.0.1", port: 0 }) => {
    const app = await creating;
    onClose(() => app.close());
    await app.listen(at);
    return `http://${reachable(at.host)}:${(app.server.address() as AddressInfo).port}`;
  };

  const bus = createMemoryEventBus({ log: log("event-bus") });
  onClose(() => bus.close());
  const objects = createDirectoryObjectStore(directory.objects);
  const { registry, training, datasources, shop } = await startDatabases({
    registry: directory.database("registry"),
    training: directory.database("training"),
    datasources: directory.database("datasources"),
    shop: directory.database("shop"),
  });
  for (const database of [registry, training, datasources, shop]) onClose(() => database.close());
  await prepareShop(shop);

  const [dbConnector, modelRegistry, trainingOrchestrator] = await Promise.all([
    serve(
      createDbConnector({
        dataSources: [dataSource("shop", shop)],
        added: addedDataSources(tables(datasources), directory),
        log: log("db-connector"),
      }),
    ),
    serve(createModelRegistry({ db: tables(registry), objects, buckets, log: log("model-registry") })),
    // Kafka would keep the jobs that were sent when the process ended; the bus in memory needs them again.
    serve(
      createTrainingOrchestrator({
        db: tables(training),
        bus,
        resendAtStart: true,
        log: log("training-orchestrator"),
      }),
    ),
  ]);
  const readers = await startReaders({ bus, objects, dbConnector, modelRegistry, languageModel, log, serve });
  const upstreams = { trainingOrchestrator, modelRegistry, dbConnector, ...readers };
  const url = await serve(createGateway({ upstreams, log: log("api-gateway") }), { host, port });
  const testServiceUrl = await serve(createTestService({ gatewayUrl: url, log: log("test-service") }));

  await objects.put(buckets.datasets, "houses.csv", Buffer.from(housesCsv()), { contentType: "text/csv" });
  return { url, testServiceUrl };
}

interface Shared {
  bus: EventBus;
  objects: ObjectStore;
  dbConnector: string;
  modelRegistry: string;
  languageModel: LanguageModelOptions | undefined;
  log: (service: string) => Logger;
  serve: Serve;
}

/** Starts the services that call the db-connector and the model registry. Returns their addresses. */
async function startReaders({ bus, objects, dbConnector, modelRegistry, languageModel, log, serve }: Shared) {
  const [mlEngine, queryParser, predictionService] = await Promise.all([
    serve(
      createMlEngine({
        bus,
        objects,
        datasetsBucket: buckets.datasets,
        feedbackBucket: buckets.feedback,
        checkpointsBucket: buckets.checkpoints,
        webDatasets: { ranges: ["0.0.0.0/0", "::/0"] },
        modelRegistryUrl: modelRegistry,
        dbConnectorUrl: dbConnector,
        log: log("ml-engine"),
      }),
    ),
    serve(
      createQueryParser({
        bus,
        dbConnectorUrl: dbConnector,
        modelRegistryUrl: modelRegistry,
        newModelsMs: 1000,
        languageModel,
        log: log("query-parser"),
      }),
    ),
    serve(createPredictionService({ modelRegistryUrl: modelRegistry, log: log("prediction-service") })),
  ]);
  return { mlEngine, queryParser, predictionService };
}

/**
 * Returns the address at which this machine reaches the host; one that listens everywhere is reached by the loopback.
 */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** Allows adding any database that this machine reaches. */
function addedDataSources(db: Kysely<DataSourceTables>, directory: DataDirectory) {
  const keys = deriveKeys({ DATASOURCE_KEY: directory.secret("datasources.key"), DATASOURCE_KEY_ID: "embedded" });
  const addresses = { ADDED_SOURCES_RANGES: ["0.0.0.0/0", "::/0", "127.0.0.0/8", "::1/128"] };
  return { db, keys, addresses, passwords: { env: process.env, folder: undefined } };
}

function dataSource(name: string, { env }: EmbeddedDatabase) {
  return {
    name,
    dialect: "postgresql" as const,
    host: env.DATABASE_HOST,
    port: env.DATABASE_PORT,
    database: env.DATABASE_NAME,
    user: env.DATABASE_USER,
    password: env.DATABASE_PASSWORD,
    tls: env.DATABASE_SSL,
  };
}

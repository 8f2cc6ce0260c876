import * as pulumi from "@pulumi/pulumi";
import { lazily, type Dependency } from "../../components/network/connection.ts";
import { encryptionKey } from "../../components/data/encryption-key.ts";
import { externalDatabase } from "../../components/data/external-database.ts";
import { GatewayRoute } from "../../components/network/gateway-route.ts";
import { identityProvider } from "../../components/network/identity-provider.ts";
import { Ingress } from "../../components/network/ingress.ts";
import { Kafka, type ExternalKafka } from "../../components/data/kafka.ts";
import { languageModel } from "./language-model.ts";
import { Microservice, type MicroserviceArgs } from "../../components/workload/microservice.ts";
import { Namespace } from "../../components/workload/namespace.ts";
import { ObjectStore } from "../../components/data/object-store.ts";
import { openAddresses } from "./allowed-ranges.ts";
import { OneOffJob } from "../../components/workload/one-off-job.ts";
import type { PostgresCluster } from "../../components/data/postgres-cluster.ts";
import { Postgres } from "../../components/data/postgres.ts";
import { PostgresBackup } from "../../components/data/postgres-backup.ts";
import { Priorities } from "../../components/workload/priorities.ts";
import { seconds } from "../../components/workload/quantities.ts";
import { gatewayClients, gatewayEnvironment } from "../../config/chatdb/access.ts";
import type { Configuration } from "../../config/index.ts";
import type { ServiceName } from "../../config/chatdb/sizes.ts";
import { trainingEnvironment } from "../../config/chatdb/training.ts";
import type { SystemOutputs } from "../system.ts";

export interface ChatDbArgs {
  readonly config: Configuration;
  /** Image reference of one of the project's own services or tools. */
  readonly image: (name: string) => string;
}

type Wiring = Pick<MicroserviceArgs, "port" | "uses"> & Partial<MicroserviceArgs>;

const dayMs = 24 * 3_600_000;

/** Events that the services exchange: `services/contracts/topics.ts` has the same names. */
const topics = {
  "training-jobs": { partitions: 12, retentionMs: 7 * dayMs },
  "training-events": { partitions: 12 },
  // As long as the jobs: an engine that was away must not train what was cancelled. Read as a whole by each engine that starts.
  "training-control": { partitions: 12, retentionMs: 7 * dayMs },
  // Somebody has to find the time to look at them.
  "training-dead-letters": { partitions: 1, retentionMs: 90 * dayMs },
  "query-events": { partitions: 12 },
  // What the engine has not taken yet is not to be lost, however long it was away: a year.
  "query-feedback": { partitions: 12, retentionMs: 365 * dayMs },
};

/**
 * ChatDB: infrastructure, eight microservices, and the edges between them.
 *
 * It starts in layers: infrastructure; orchestrator and registry; engine, parser, connector and prediction; gateway.
 * Most of that order follows from `uses`; where a layer has to wait for one that it does not use, `startsAfter` says so.
 */
export class ChatDb extends pulumi.ComponentResource {
  readonly gateway: Microservice;
  /** Address of the gateway from outside of the cluster, where it has one. */
  readonly url: pulumi.Output<string> | undefined;
  readonly outputs: SystemOutputs;

  private readonly config: Configuration;
  private readonly image: (name: string) => string;
  private readonly priorities: Priorities;
  private readonly namespaces: ReturnType<ChatDb["createNamespaces"]>;

  constructor(name: string, { config, image }: ChatDbArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:systems:ChatDb", name, {}, opts);
    this.config = config;
    this.image = image;
    this.namespaces = this.createNamespaces(name);
    this.priorities = new Priorities(name, { parent: this });
    const objectStore = this.objectStore();
    const postgres = this.postgres(objectStore);
    const kafka = this.kafka();
    this.backup(postgres, objectStore);

    const orchestrator = this.service("training-orchestrator", {
      port: 8000,
      uses: [
        postgres.database("training"),
        kafka.topics({
          "training-jobs": "publish",
          "training-events": "consume",
          "training-control": "publish",
          "training-dead-letters": "publish",
        }),
      ],
    });
    const registry = this.service("model-registry", {
      port: 8080,
      uses: [postgres.database("registry"), objectStore.buckets({ models: "read-write", datasets: "read-write" })],
    });

    const startsAfter = [...orchestrator.ready, ...registry.ready];
    const connector = this.service("db-connector", {
      port: 8081,
      healthPath: "/actuator/health",
      uses: this.dataSources(postgres),
      ...encryptionKey("db-connector", "DATASOURCE_KEY", config.credentialRotation, this),
      secretFolder:
        config.addedDataSources.secret === undefined
          ? undefined
          : { secret: config.addedDataSources.secret, path: "/run/secrets/datasources", env: "DATASOURCE_SECRETS_DIR" },
      startsAfter: [...startsAfter, ...this.sampleData(postgres)],
    });
    const engine = this.service("ml-engine", {
      port: 5000,
      uses: [
        kafka.topics({
          "training-jobs": "consume",
          "training-events": "publish",
          "training-control": "follow",
          "training-dead-letters": "publish",
          "query-events": "consume",
          "query-feedback": "consume",
        }),
        objectStore.buckets({ datasets: "read", feedback: "read-write", checkpoints: "read-write" }),
        registry.http(),
        lazily(connector.http()),
        ...(config.webDatasets.ranges.length > 0
          ? [openAddresses("web-datasets", "WEB_DATASETS", config.webDatasets)]
          : []),
      ],
      startsAfter,
    });
    const parser = this.service("query-parser", {
      port: 5001,
      uses: [
        kafka.topics({ "query-events": "publish", "query-feedback": "publish" }),
        lazily(connector.http()),
        lazily(registry.http()),
        ...this.languageModel(),
      ],
      startsAfter,
    });
    const prediction = this.service("prediction-service", { port: 8080, uses: [registry.http()], startsAfter });

    this.gateway = this.apiGateway([orchestrator, engine, parser, registry, prediction, connector]);
    if (config.testService) {
      this.service("test-service", {
        namespace: this.namespaces.testing,
        port: 8001,
        healthPath: "/",
        uses: [this.gateway.http({ as: "GATEWAY_URL" })],
      });
    }
    this.url = this.publicUrl();
    this.outputs = this.describeAccess();
    this.registerOutputs({ url: this.url });
  }

  private createNamespaces(name: string) {
    const namespace = (role: string, protect = false) =>
      new Namespace(`${name}-${role}`, { partOf: name, protect }, { parent: this });
    return {
      system: namespace("system", this.config.protect),
      services: namespace("services"),
      monitoring: namespace("monitoring"),
      testing: namespace("testing"),
    };
  }

  private service(name: ServiceName, wiring: Wiring): Microservice {
    const { scaling, requests, limits, liveness, readiness } = this.config.service(name);
    return new Microservice(
      name,
      {
        namespace: this.namespaces.services,
        image: this.image(`chatdb/${name}`),
        scaling,
        resources: { requests, limits },
        liveness,
        readiness,
        priorityClass: this.priorities.service,
        ...wiring,
        env: { LOG_LEVEL: this.config.logLevel, ...trainingEnvironment(this.config.training)[name], ...wiring.env },
      },
      { parent: this },
    );
  }

  private apiGateway(services: readonly Microservice[]): Microservice {
    const { config } = this;
    return this.service("api-gateway", {
      port: 8080,
      servicePort: 80,
      serviceType: config.gatewayServiceType,
      awaitAddress: config.awaitLoadBalancer,
      openTo: gatewayClients(config),
      env: gatewayEnvironment(config),
      uses: [...services.map((service) => service.http()), ...(config.oidc ? [identityProvider(config.oidc)] : [])],
    });
  }

  private postgres(objectStore: ObjectStore): Postgres {
    const { config } = this;
    const { requests, limits, storage } = config.postgres;
    return new Postgres(
      "postgres",
      {
        ...this.infrastructure(),
        image: config.postgresImage,
        resources: { requests, limits },
        storage,
        cluster: config.postgresInstances > 1 ? this.postgresCluster(objectStore) : undefined,
        external: config.externalPostgres && {
          ...config.externalPostgres,
          adminPassword: config.secret("externalPostgresPassword"),
        },
      },
      { parent: this },
    );
  }

  private postgresCluster(objectStore: ObjectStore): PostgresCluster {
    const { archive, ...cluster } = this.config.postgresCluster;
    return {
      ...cluster,
      instances: this.config.postgresInstances,
      archive: archive && { ...archive, bucket: objectStore.buckets({ "postgres-wal": "read-write" }) },
    };
  }

  private kafka(): Kafka {
    const { config } = this;
    const { requests, limits, storage, heap, jvmOptions } = config.kafka;
    return new Kafka(
      "kafka",
      {
        ...this.infrastructure(),
        image: config.kafkaImage,
        brokers: config.kafkaBrokers,
        resources: { requests, limits },
        storage,
        heap,
        jvmOptions,
        topics,
        external: this.externalKafka(),
      },
      { parent: this },
    );
  }

  private externalKafka(): ExternalKafka | undefined {
    const { externalKafka } = this.config;
    if (!externalKafka) return undefined;
    const { username, mechanism, ...cluster } = externalKafka;
    return {
      ...cluster,
      login:
        username === undefined
          ? undefined
          : { username, mechanism, password: this.config.secret("externalKafkaPassword") },
    };
  }

  private objectStore(): ObjectStore {
    const { config } = this;
    const { requests, limits, storage } = config.objectStore;
    return new ObjectStore(
      "minio",
      {
        ...this.infrastructure(),
        image: config.objectStoreImage,
        servers: config.objectStoreServers,
        resources: { requests, limits },
        storage,
        bucketPrefix: config.externalObjectStore?.bucketPrefix,
        external: config.externalObjectStore && {
          ...config.externalObjectStore,
          accessKeyId: config.secret("externalObjectStoreAccessKeyId"),
          secretAccessKey: config.secret("externalObjectStoreSecretAccessKey"),
        },
      },
      { parent: this },
    );
  }

  private backup(postgres: Postgres, objectStore: ObjectStore): void {
    const { backup, externalPostgres, postgresImage: image, postgres: sizes } = this.config;
    if (externalPostgres || backup.schedule === "") return;
    const { namespace, provisionerImage } = this.infrastructure();
    new PostgresBackup(
      "postgres",
      { storage: sizes.storage, ...backup, namespace, image, provisionerImage, postgres, objectStore },
      { parent: this },
    );
  }

  private infrastructure() {
    return {
      namespace: this.namespaces.system,
      provisionerImage: this.image("provisioner"),
      storageClass: this.config.storageClass || undefined,
      spreading: this.config.spreading,
      credentialRotation: this.config.credentialRotation,
      priorityClass: this.priorities.infrastructure,
      protect: this.config.protect,
    };
  }

  /** The databases that people ask: those of the configuration, those that they add, of which there is a record, and the sample one. */
  private dataSources(postgres: Postgres): Dependency[] {
    const { addedDataSources: places } = this.config;
    const added = [
      postgres.database("datasources"),
      ...(places.ranges.length > 0 ? [openAddresses("added-data-sources", "ADDED_SOURCES", places)] : []),
    ];
    const configured = Object.entries(this.config.dataSources).map(([name, source]) =>
      externalDatabase(
        name,
        { ...source, password: this.config.dataSourcePassword(name) },
        `DATASOURCE_${name.toUpperCase()}`,
      ),
    );
    const sample = this.config.sampleData ? [postgres.database("shop", { access: "read", as: "DATASOURCE_SHOP" })] : [];
    return [...added, ...configured, ...sample];
  }

  private languageModel(): Dependency[] {
    const { llm } = this.config;
    if (!llm) return [];
    const { timeout, ...model } = llm;
    return [languageModel({ ...model, timeoutMs: seconds(timeout) * 1000, key: this.config.optionalSecret("llmKey") })];
  }

  private sampleData(postgres: Postgres): pulumi.Resource[] {
    if (!this.config.sampleData) return [];
    const { job } = new OneOffJob(
      "sample-data",
      {
        namespace: this.namespaces.system,
        image: this.image("chatdb/sample-data"),
        args: ["main.js"],
        uses: [postgres.database("shop")],
      },
      { parent: this },
    );
    return [job];
  }

  private publicUrl(): pulumi.Output<string> | undefined {
    const { ingress, awaitLoadBalancer, gatewayServiceType } = this.config;
    if (ingress) {
      const { class: className, ...route } = ingress;
      const Route = ingress.kind === "gateway" ? GatewayRoute : Ingress;
      const args = {
        ...route,
        className,
        namespace: this.namespaces.services,
        service: this.gateway.service,
        awaitAddress: awaitLoadBalancer,
      };
      return new Route("api-gateway", args, { parent: this }).url;
    }
    if (gatewayServiceType !== "LoadBalancer" || !awaitLoadBalancer) return undefined;
    return this.gateway.service.status.apply(({ loadBalancer }) => {
      const address = loadBalancer.ingress?.[0];
      return address ? `http://${address.hostname ?? address.ip}` : "(no address yet)";
    });
  }

  /** How to reach the gateway, and a first question. */
  private describeAccess(): SystemOutputs {
    const portForward = this.gateway.service.metadata.apply(
      ({ name, namespace }) => `kubectl --namespace ${namespace} port-forward service/${name} 8080:80`,
    );
    // Where the cluster gives no address, the port-forward makes this one.
    const url = this.url ?? "http://localhost:8080";
    const question = JSON.stringify({ query: "how many customers are there in Germany?" });
    const ask = pulumi.interpolate`curl -s ${url}/api/query -H 'content-type: application/json' -d '${question}'`;
    return { url, portForward, ask };
  }
}

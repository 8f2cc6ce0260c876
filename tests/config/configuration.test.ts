import { expect } from "chai";
import { configuration, issues } from "../support/configuration.ts";

const secure = { secure: "v1:encrypted" };
const sizes = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" }, storage: "1Gi" };

describe("configuration", () => {
  it("is read into its types, for good", async () => {
    const config = await configuration({
      kafkaBrokers: 3,
      sampleData: false,
      allowedContexts: ["a", "b"],
      imageTag: "1.10",
      storageClass: "true",
    });
    expect(config).to.deep.include({
      kafkaBrokers: 3,
      sampleData: false,
      allowedContexts: ["a", "b"],
      imageTag: "1.10",
      storageClass: "true",
    });
    expect(() => Object.assign(config, { kafkaBrokers: 5 })).to.throw(TypeError);
  });

  it("has nothing external by default, and fills in what external ones leave out", async () => {
    expect((await configuration()).externalPostgres).to.equal(undefined);
    const config = await configuration({
      externalPostgres: { host: "pg.example.com", adminUser: "root" },
      externalPostgresPassword: secure,
      externalKafka: { bootstrapServers: ["a:9092"] },
    });
    expect(config.externalPostgres).to.deep.equal({
      host: "pg.example.com",
      adminUser: "root",
      port: 5432,
      ssl: "require",
      cidr: "0.0.0.0/0",
    });
    expect(config.externalKafka).to.deep.equal({
      bootstrapServers: ["a:9092"],
      replicationFactor: 3,
      cidr: "0.0.0.0/0",
      tls: false,
      mechanism: "SCRAM-SHA-512",
    });
  });

  it("tells all that is wrong at once, each with its path", async () => {
    expect(
      await issues({
        logLevel: "loud",
        kafkaBrokers: "many",
        sampleData: "yes",
        imageRegistry: "ghcr.io/chatdb/",
        imageTag: "a b",
        ingress: { host: "Chat_DB", kind: "door" },
        gatewayServiceType: "Direct",
        allowedContexts: "minikube",
        postgres: { ...sizes, storage: "10GB" },
        objectStore: { ...sizes, limits: { cpu: 2, memory: "1Gi" } },
        externalPostgres: { host: "pg", cidr: "10.0.0.0" },
        externalKafka: { bootstrapServers: ["kafka"] },
        dataSources: { Orders: { host: "h", database: "d", user: "u" } },
        services: {
          "ml-engine": { scaling: { min: 0, most: 3 }, readiness: { initialDelay: "500ms", period: "0s" } },
          billing: {},
        },
      }),
    ).to.deep.equal({
      logLevel: 'Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"',
      kafkaBrokers: "Invalid input: expected number, received string",
      sampleData: "Invalid input: expected boolean, received string",
      imageRegistry: "must be a registry and path without a trailing slash",
      imageTag: "must be an image tag",
      "ingress.host": "must be a host name in lower case",
      "ingress.kind": 'Invalid option: expected one of "ingress"|"gateway"',
      gatewayServiceType: 'Invalid option: expected one of "ClusterIP"|"NodePort"|"LoadBalancer"',
      allowedContexts: "Invalid input: expected array, received string",
      "postgres.storage": 'must be a size such as "512Mi" or "10Gi"',
      "objectStore.limits.cpu": 'must be CPU time such as "250m" or "2", in quotes',
      "externalPostgres.adminUser": "Invalid input: expected string, received undefined",
      "externalPostgres.cidr": 'must be a range of addresses such as "10.0.0.0/16"',
      "externalKafka.bootstrapServers.0": "must be host:port",
      "dataSources.Orders": "must be a name of lower-case letters, digits and _",
      "services.ml-engine.scaling.min": "Too small: expected number to be >=1",
      "services.ml-engine.scaling": 'Unrecognized key: "most"',
      "services.ml-engine.readiness.initialDelay": 'must be a time in whole seconds such as "30s" or "5m"',
      "services.ml-engine.readiness.period": 'must be a time in whole seconds such as "30s" or "5m", at least "1s"',
      services: 'Unrecognized key: "billing"',
    });
  });

  it("names the stack and counts the problems", async () => {
    const message = (settings: Record<string, unknown>, stack: string) =>
      configuration(settings, stack).then(String, (error: Error) => error.message);
    expect(await message({ logLevel: "loud" }, "prod")).to.match(
      /^The configuration of stack prod has a problem:\n {2}platform:logLevel: /,
    );
    expect(await message({ logLevel: "loud", kafkaBrokers: 0 }, "dev")).to.match(
      /^The configuration of stack dev has 2 problems:\n/,
    );
  });

  it("refuses a setting that nothing reads: it is misspelt", async () => {
    expect(await issues({ kafkaBroker: 3 })).to.deep.equal({ kafkaBroker: "is no setting of Pulumi.yaml" });
  });
});

describe("settings that have to fit together", () => {
  it("requests stay within limits", async () => {
    expect(
      await issues({
        postgres: { ...sizes, requests: { cpu: "1100m", memory: "2Gi" } },
        services: { "query-parser": { requests: { cpu: "3", memory: "1Gi" }, limits: { cpu: "2", memory: "512Mi" } } },
      }),
    ).to.deep.equal({
      "postgres.requests.cpu": "asks for 1100m, more than the limit of 1",
      "postgres.requests.memory": "asks for 2Gi, more than the limit of 1Gi",
      "services.query-parser.requests.cpu": "asks for 3, more than the limit of 2",
      "services.query-parser.requests.memory": "asks for 1Gi, more than the limit of 512Mi",
    });
  });

  it("a service has no more replicas at least than at most, whichever setting says so", async () => {
    expect(await issues({ serviceDefaults: {}, services: { "ml-engine": { scaling: { min: 9 } } } })).to.deep.equal({
      "services.ml-engine.scaling": "wants at least 9 and at most 8 replicas",
    });
    expect(await issues({ serviceDefaults: { scaling: { min: 7 } } })).to.have.all.keys(
      ["model-registry", "query-parser", "test-service"].map((name) => `services.${name}.scaling`),
    );
  });

  it("refuses instances of PostgreSQL that do not stand in for each other, and a recovery from nothing or from itself", async () => {
    expect(await issues({ postgresInstances: 2 })).to.have.all.keys("postgresInstances");
    expect(await issues({ postgresCluster: { recovery: { from: "postgres" } } })).to.deep.equal({
      "postgresCluster.recovery": "needs postgresCluster.archive, which it recovers from",
      "postgresCluster.recovery.from": "is postgres, the cluster's own name: give the new cluster another one",
    });
    const archive = { retention: "8w" };
    expect(
      await issues({
        postgresInstances: 3,
        postgresCluster: { name: "postgres-2", archive, recovery: { from: "postgres" } },
      }),
    ).to.deep.equal({});
    expect(await issues({ postgresCluster: { archive: { retention: "a month" } } })).to.have.all.keys(
      "postgresCluster.archive.retention",
    );
  });

  it("takes an empty postgresCluster for the usual one", async () => {
    expect((await configuration({})).postgresCluster).to.deep.include({
      name: "postgres",
      uid: 999,
      operatorNamespace: "cnpg-system",
      apiServer: { cidr: "0.0.0.0/0", ports: [443, 6443] },
    });
  });

  it("Kafka has an odd number of nodes and a heap that leaves room", async () => {
    expect(await issues({ kafkaBrokers: 4, kafka: { ...sizes, heap: "800Mi" } })).to.deep.equal({
      kafkaBrokers: "is 4; a quorum needs an odd number",
      "kafka.heap": "is 800Mi of a memory limit of 1Gi; leave a quarter or more for the rest of the process",
    });
    expect(await issues({ kafkaBrokers: 5, kafka: { ...sizes, heap: "768Mi" } })).to.deep.equal({});
  });

  it("no data source has the name of the sample database while that is there", async () => {
    const settings = {
      dataSources: { shop: { host: "h", database: "d", user: "u" } },
      dataSourcePasswords: { shop: secure },
    };
    expect(await issues({ ...settings, sampleData: true })).to.deep.equal({
      "dataSources.shop": "has the name of the sample database: choose another, or turn sampleData off",
    });
    expect(await issues({ ...settings, sampleData: false })).to.deep.equal({});
  });

  it("what is said of added data sources is of use", async () => {
    const useless = "is of no use without ranges: nobody can add data sources";
    expect(await issues({ addedDataSources: { except: ["10.0.0.0/8"], secret: "passwords" } })).to.deep.equal({
      "addedDataSources.except": useless,
      "addedDataSources.secret": useless,
    });
    expect(
      await issues({
        addedDataSources: { ranges: ["10.0.0.0/8"], except: ["10.96.0.0/12"], ports: [5432], secret: "passwords" },
      }),
    ).to.deep.equal({});
  });

  it("what is said of datasets from the web is of use", async () => {
    expect(await issues({ webDatasets: { except: ["10.0.0.0/8"] } })).to.deep.equal({
      "webDatasets.except": "is of no use without ranges: jobs read no dataset from the web",
    });
    expect((await configuration({ webDatasets: { ranges: ["0.0.0.0/0"] } })).webDatasets).to.deep.equal({
      ranges: ["0.0.0.0/0"],
      except: [],
      ports: [443, 80],
    });
  });

  it("trainings have bounds, and fit into an engine's memory", async () => {
    const defaults = {
      jobsAtATime: 16,
      jobsPerEngine: 2,
      memoryPerJob: "192Mi",
      checkpointEvery: "5s",
      unheardFor: "10m",
      keepJobs: "90d",
      artifactGrace: "1h",
    };
    const wrong = {
      jobsAtATime: 0,
      jobsPerEngine: 1.5,
      memoryPerJob: "63Mi",
      checkpointEvery: "500ms",
      unheardFor: "59s",
      keepJobs: "59m",
      artifactGrace: "0s",
    };
    expect((await configuration()).training).to.deep.equal(defaults);
    expect((await configuration({ training: { jobsPerEngine: 1 } })).training).to.deep.equal({
      ...defaults,
      jobsPerEngine: 1,
    });
    expect(await issues({ training: { jobsPerEngine: 3 } })).to.deep.equal({
      "training.jobsPerEngine":
        "3 at a time with 192Mi each, and 128Mi for the program, are more than the limit of 512Mi of an engine: raise services.ml-engine.limits.memory, or take fewer",
    });
    expect(
      await issues({ training: { jobsPerEngine: 3 }, services: { "ml-engine": { limits: { memory: "1Gi" } } } }),
    ).to.deep.equal({});
    expect(await issues({ training: wrong })).to.have.all.keys(Object.keys(wrong).map((name) => `training.${name}`));
    expect(await issues({ training: { keepJobs: "0s" } })).to.deep.equal({});
  });

  it("a language model has an address that a network policy can open", async () => {
    const model = "small";
    const outside = { baseUrl: "https://llm.example.com/v1", model };
    const inside = { baseUrl: "http://ollama.models.svc:11434/v1", model };
    const pods = { labels: { app: "ollama" } };
    expect((await configuration()).llm).to.equal(undefined);
    expect((await configuration({ llm: outside })).llm).to.deep.equal({
      ...outside,
      timeout: "8s",
      concurrency: 4,
      samples: true,
      suggestOnly: false,
    });
    expect(await issues({ llm: { ...inside, pods }, llmKey: secure })).to.deep.equal({});
    expect(await issues({ llm: { ...outside, pods } })).to.deep.equal({
      "llm.pods": "is for an address inside of the cluster, such as http://ollama.models.svc:11434/v1",
    });
    expect(await issues({ llm: { ...inside, cidr: "10.0.0.0/8" } })).to.deep.equal({
      "llm.pods":
        "is needed for an address inside of the cluster: labels of the pods behind it, for the network policy",
      "llm.cidr": "is for an address outside of the cluster: name the pods instead",
    });
    expect(
      Object.keys(
        await issues({
          llm: {
            baseUrl: "https://key@llm.example.com/v1?a=1",
            model: "",
            timeout: "31s",
            concurrency: 0,
            pods: { labels: {} },
          },
        }),
      ).sort(),
    ).to.deep.equal(["llm.baseUrl", "llm.concurrency", "llm.model", "llm.pods.labels", "llm.timeout"]);
  });

  it("a language model's key does not go over a network in clear", async () => {
    const llm = { baseUrl: "http://192.0.2.7:8000/v1", model: "small" };
    expect(await issues({ llm })).to.deep.equal({});
    expect(await issues({ llm, llmKey: secure })).to.deep.equal({
      "llm.baseUrl": "must be an https address: the key llmKey would be readable on its way",
    });
  });

  it("secrets that the settings call for are there", async () => {
    const external = {
      externalPostgres: { host: "pg.example.com", adminUser: "root" },
      externalKafka: { bootstrapServers: ["a:9092"], username: "chatdb" },
      externalObjectStore: { endpoint: "https://s3.example.com" },
      dataSources: { orders: { host: "h", database: "d", user: "u" }, stock: { host: "h", database: "d", user: "u" } },
    };
    const needed = (name: string, by: string, option = "") =>
      `is needed by ${by}: set it with \`pulumi config set --secret ${option}${name}\``;
    expect(await issues({ ...external, dataSourcePasswords: { orders: secure } })).to.deep.equal({
      externalPostgresPassword: needed("externalPostgresPassword", "externalPostgres"),
      externalKafkaPassword: needed("externalKafkaPassword", "externalKafka.username"),
      externalObjectStoreAccessKeyId: needed("externalObjectStoreAccessKeyId", "externalObjectStore"),
      externalObjectStoreSecretAccessKey: needed("externalObjectStoreSecretAccessKey", "externalObjectStore"),
      "dataSourcePasswords.stock": needed("dataSourcePasswords.stock", "dataSources", "--path "),
    });
    const secrets = {
      externalPostgresPassword: secure,
      externalKafkaPassword: secure,
      externalObjectStoreAccessKeyId: secure,
      externalObjectStoreSecretAccessKey: secure,
    };
    expect(
      await issues({ ...external, ...secrets, dataSourcePasswords: { orders: secure, stock: secure } }),
    ).to.deep.equal({});
  });
});

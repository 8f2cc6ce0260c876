import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { renamedSettings } from "../../config/chatdb/renamed-settings.ts";
import { serviceNames } from "../../config/chatdb/services.ts";
import { chatdbSettings } from "../../config/chatdb/settings.ts";
import { describeSettings } from "../../config/describe-settings.ts";
import { platformSettings } from "../../config/platform.ts";
import { configuration, issues } from "../support/configuration.ts";

const secure = { secure: "v1:encrypted" };
const sizes = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" }, storage: "1Gi" };

describe("configuration", () => {
  it("is parsed into its types", async () => {
    const config = await configuration({
      "chatdb:kafka.brokers": 3,
      "chatdb:dataSources.sample": false,
      "platform:allowedContexts": ["a", "b"],
      "platform:imageTag": "1.10",
      "platform:storageClass": "true",
    });
    expect(config.kafka.brokers).to.equal(3);
    expect(config.dataSources.sample).to.equal(false);
    expect(config.platform).to.deep.include({ allowedContexts: ["a", "b"], imageTag: "1.10", storageClass: "true" });
  });

  it("has no external servers by default, and fills in omitted fields of external ones", async () => {
    expect((await configuration()).postgres.external).to.equal(undefined);
    const config = await configuration({
      "chatdb:postgres.external": { host: "pg.example.com", adminUser: "root" },
      "chatdb:postgres.external.adminPassword": secure,
      "chatdb:kafka.external": { bootstrapServers: ["a:9092"] },
    });
    const { adminPassword, ...server } = config.postgres.external!;
    expect(pulumi.Output.isInstance(adminPassword)).to.be.true;
    expect(server).to.deep.equal({
      host: "pg.example.com",
      adminUser: "root",
      port: 5432,
      ssl: "require",
      cidr: "0.0.0.0/0",
    });
    expect(config.kafka.external).to.deep.equal({
      bootstrapServers: ["a:9092"],
      replicationFactor: 3,
      cidr: "0.0.0.0/0",
      tls: false,
    });
  });

  it("reports all problems at once, each with its path", async () => {
    expect(
      await issues({
        "platform:logLevel": "loud",
        "chatdb:kafka.brokers": "many",
        "chatdb:dataSources.sample": "yes",
        "platform:imageRegistry": "ghcr.io/chatdb/",
        "platform:imageTag": "a b",
        "chatdb:gateway.ingress": { host: "Chat_DB", kind: "door" },
        "chatdb:gateway.serviceType": "Direct",
        "platform:allowedContexts": "minikube",
        "chatdb:postgres": { ...sizes, storage: "10GB", external: { host: "pg", cidr: "10.0.0.0" } },
        "chatdb:objectStore": { ...sizes, limits: { cpu: 2, memory: "1Gi" } },
        "chatdb:kafka.external": { bootstrapServers: ["kafka"] },
        "chatdb:dataSources.configured": { Orders: { host: "h", database: "d", user: "u" } },
        "chatdb:services": {
          "ml-engine": { scaling: { min: 0, most: 3 }, readiness: { initialDelay: "500ms", period: "0s" } },
          billing: {},
        },
      }),
    ).to.deep.equal({
      "platform:logLevel": 'Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"',
      "chatdb:kafka.brokers": "Invalid input: expected number, received string",
      "chatdb:dataSources.sample": "Invalid input: expected boolean, received string",
      "platform:imageRegistry": "must be a registry and path without a trailing slash",
      "platform:imageTag": "must be an image tag",
      "chatdb:gateway.ingress.host": "must be a host name in lower case",
      "chatdb:gateway.ingress.kind": 'Invalid option: expected one of "ingress"|"gateway"',
      "chatdb:gateway.serviceType": 'Invalid option: expected one of "ClusterIP"|"NodePort"|"LoadBalancer"',
      "platform:allowedContexts": "Invalid input: expected array, received string",
      "chatdb:postgres.storage": 'must be a size such as "512Mi" or "10Gi"',
      "chatdb:objectStore.limits.cpu": 'must be CPU time such as "250m" or "2", in quotes',
      "chatdb:postgres.external.adminUser": "is needed: A login that may create roles and databases.",
      "chatdb:postgres.external.adminPassword":
        "is needed: set it with `pulumi config set --secret --path 'chatdb:postgres.external.adminPassword'`",
      "chatdb:postgres.external.cidr": 'must be a range of addresses such as "10.0.0.0/16"',
      "chatdb:kafka.external.bootstrapServers.0": "must be host:port",
      "chatdb:dataSources.configured.Orders": "must be a name of lower-case letters, digits and _",
      "chatdb:services.ml-engine.scaling.min": "Too small: expected number to be >=1",
      "chatdb:services.ml-engine.scaling.most": "is no setting: take one of min, max, cpu, memory",
      "chatdb:services.ml-engine.readiness.initialDelay": 'must be a time in whole seconds such as "30s" or "5m"',
      "chatdb:services.ml-engine.readiness.period":
        'must be a time in whole seconds such as "30s" or "5m", at least "1s"',
      "chatdb:services.billing": `is no setting: take one of defaults, ${serviceNames.join(", ")}`,
    });
  });

  it("names the stack and counts the problems", async () => {
    const message = (settings: Record<string, unknown>, stack: string) =>
      configuration(settings, stack).then(String, (error: Error) => error.message);
    expect(await message({ "platform:logLevel": "loud" }, "prod")).to.match(
      /^The configuration of stack prod has a problem:\n {2}platform:logLevel: /,
    );
    expect(await message({ "platform:logLevel": "loud", "chatdb:kafka.brokers": 0 }, "dev")).to.match(
      /^The configuration of stack dev has 2 problems:\n/,
    );
  });

  it("rejects an unknown setting and suggests the most similar one", async () => {
    expect(
      await issues({ "chatdb:kafk": {}, "chatdb:kafka.broker": 3, "platform:imageTags": "1", "chatdb:mesh": "istio" }),
    ).to.deep.equal({
      "chatdb:kafk": "is no setting: did you mean kafka?",
      "chatdb:kafka.broker": "is no setting: did you mean brokers?",
      "platform:imageTags": "is no setting: did you mean imageTag?",
      "chatdb:mesh":
        "is no setting: take one of postgres, kafka, objectStore, gateway, dataSources, training, llm, services, testService",
    });
  });

  it("names the new path of a renamed setting", async () => {
    expect(
      await issues({ "chatdb:postgresImage": "postgres:18", "chatdb:training.jobsAtATime": 3, "chatdb:protect": true }),
    ).to.deep.equal({
      "chatdb:postgresImage": "is now chatdb:postgres.image",
      "chatdb:training.jobsAtATime": "is now chatdb:training.concurrentJobs",
      "chatdb:protect": "is now platform:protect",
    });
  });

  it("maps every earlier name to an existing setting", () => {
    const names = [
      ...Object.keys(platformSettings.schema.shape).map((name) => `platform:${name}`),
      ...describeSettings(chatdbSettings.schema).map(({ path }) => `chatdb:${path}`),
    ];
    expect(names).to.include.members(Object.values(renamedSettings));
  });

  it("fills in omitted fields at every depth", async () => {
    const { requests, storage } = (await configuration({ "chatdb:postgres": { requests: { cpu: "60m" } } })).postgres;
    expect({ requests, storage }).to.deep.equal({ requests: { cpu: "60m", memory: "512Mi" }, storage: "10Gi" });
  });

  it("rejects an unencrypted secret", async () => {
    const external = { host: "pg.example.com", adminUser: "root", adminPassword: "hush" };
    expect(await issues({ "chatdb:postgres.external": external })).to.deep.equal({
      "chatdb:postgres.external.adminPassword":
        "is not encrypted: set it with `pulumi config set --secret --path 'chatdb:postgres.external.adminPassword'`",
    });
  });
});

describe("consistency of settings", () => {
  it("rejects requests above their limits", async () => {
    expect(
      await issues({
        "chatdb:postgres": { ...sizes, requests: { cpu: "1100m", memory: "2Gi" } },
        "chatdb:services": {
          "query-parser": { requests: { cpu: "3", memory: "1Gi" }, limits: { cpu: "2", memory: "512Mi" } },
        },
      }),
    ).to.deep.equal({
      "chatdb:postgres.requests.cpu": "asks for 1100m, more than the limit of 1",
      "chatdb:postgres.requests.memory": "asks for 2Gi, more than the limit of 1Gi",
      "chatdb:services.query-parser.requests.cpu": "asks for 3, more than the limit of 2",
      "chatdb:services.query-parser.requests.memory": "asks for 1Gi, more than the limit of 512Mi",
    });
  });

  it("rejects a minimum of replicas above the maximum, wherever it is set", async () => {
    expect(
      await issues({ "chatdb:services.defaults": {}, "chatdb:services": { "ml-engine": { scaling: { min: 9 } } } }),
    ).to.deep.equal({
      "chatdb:services.ml-engine.scaling": "wants at least 9 and at most 8 replicas",
    });
    expect(await issues({ "chatdb:services.defaults": { scaling: { min: 7 } } })).to.have.all.keys(
      ["model-registry", "query-parser", "test-service"].map((name) => `chatdb:services.${name}.scaling`),
    );
  });

  it("rejects two PostgreSQL instances, which cannot fail over, and recovery from nothing or from itself", async () => {
    expect(await issues({ "chatdb:postgres.instances": 2 })).to.have.all.keys("chatdb:postgres.instances");
    expect(await issues({ "chatdb:postgres.cluster": { recovery: { from: "postgres" } } })).to.deep.equal({
      "chatdb:postgres.cluster.recovery": "needs postgres.cluster.archive, which it recovers from",
      "chatdb:postgres.cluster.recovery.from": "is postgres, the cluster's own name: give the new cluster another one",
    });
    const archive = { retention: "8w" };
    expect(
      await issues({
        "chatdb:postgres.instances": 3,
        "chatdb:postgres.cluster": { name: "postgres-2", archive, recovery: { from: "postgres" } },
      }),
    ).to.deep.equal({});
    expect(await issues({ "chatdb:postgres.cluster": { archive: { retention: "a month" } } })).to.have.all.keys(
      "chatdb:postgres.cluster.archive.retention",
    );
  });

  it("uses the default cluster settings", async () => {
    expect((await configuration({})).postgres.cluster).to.deep.include({
      name: "postgres",
      uid: 999,
      operatorNamespace: "cnpg-system",
      apiServer: { cidr: "0.0.0.0/0", ports: [443, 6443] },
    });
  });

  it("requires an odd number of Kafka nodes and a heap that leaves memory free", async () => {
    expect(await issues({ "chatdb:kafka": { ...sizes, brokers: 4, heap: "800Mi" } })).to.deep.equal({
      "chatdb:kafka.brokers": "is 4; a quorum needs an odd number",
      "chatdb:kafka.heap": "is 800Mi of a memory limit of 1Gi; leave a quarter or more for the rest of the process",
    });
    expect(await issues({ "chatdb:kafka": { ...sizes, brokers: 5, heap: "768Mi" } })).to.deep.equal({});
  });

  it("rejects a data source named like the sample database while that is deployed", async () => {
    const settings = {
      "chatdb:dataSources.configured": { shop: { host: "h", database: "d", user: "u", password: secure } },
    };
    expect(await issues({ ...settings, "chatdb:dataSources.sample": true })).to.deep.equal({
      "chatdb:dataSources.configured.shop":
        "has the name of the sample database: choose another, or turn dataSources.sample off",
    });
    expect(await issues({ ...settings, "chatdb:dataSources.sample": false })).to.deep.equal({});
  });

  it("rejects settings of added data sources without effect", async () => {
    const useless = "is of no use without ranges: nobody can add data sources";
    expect(await issues({ "chatdb:dataSources.added": { except: ["10.0.0.0/8"], secret: "passwords" } })).to.deep.equal(
      {
        "chatdb:dataSources.added.except": useless,
        "chatdb:dataSources.added.secret": useless,
      },
    );
    expect(
      await issues({
        "chatdb:dataSources.added": {
          ranges: ["10.0.0.0/8"],
          except: ["10.96.0.0/12"],
          ports: [5432],
          secret: "passwords",
        },
      }),
    ).to.deep.equal({});
  });

  it("rejects settings of web datasets without effect", async () => {
    expect(await issues({ "chatdb:training.webDatasets": { except: ["10.0.0.0/8"] } })).to.deep.equal({
      "chatdb:training.webDatasets.except": "is of no use without ranges: jobs read no dataset from the web",
    });
    expect(
      (await configuration({ "chatdb:training.webDatasets": { ranges: ["0.0.0.0/0"] } })).training.webDatasets,
    ).to.deep.equal({
      ranges: ["0.0.0.0/0"],
      except: [],
      ports: [443, 80],
    });
  });

  it("requires bounds of trainings that fit into an engine's memory", async () => {
    const defaults = {
      concurrentJobs: 16,
      jobsPerEngine: 2,
      memoryPerJob: "192Mi",
      checkpointEvery: "5s",
      heartbeatTimeout: "10m",
      keepJobs: "90d",
      artifactGrace: "1h",
      webDatasets: { ranges: [], except: [], ports: [443, 80] },
    };
    const wrong = {
      concurrentJobs: 0,
      jobsPerEngine: 1.5,
      memoryPerJob: "63Mi",
      checkpointEvery: "500ms",
      heartbeatTimeout: "59s",
      keepJobs: "59m",
      artifactGrace: "0s",
    };
    expect((await configuration()).training).to.deep.equal(defaults);
    expect((await configuration({ "chatdb:training": { jobsPerEngine: 1 } })).training).to.deep.equal({
      ...defaults,
      jobsPerEngine: 1,
    });
    expect(await issues({ "chatdb:training": { jobsPerEngine: 3 } })).to.deep.equal({
      "chatdb:training.jobsPerEngine":
        "3 at a time with 192Mi each, and 128Mi for the program, are more than the limit of 512Mi of an engine: raise services.ml-engine.limits.memory, or take fewer",
    });
    expect(
      await issues({
        "chatdb:training": { jobsPerEngine: 3 },
        "chatdb:services": { "ml-engine": { limits: { memory: "1Gi" } } },
      }),
    ).to.deep.equal({});
    expect(await issues({ "chatdb:training": wrong })).to.have.all.keys(
      Object.keys(wrong).map((name) => `chatdb:training.${name}`),
    );
    expect(await issues({ "chatdb:training": { keepJobs: "0s" } })).to.deep.equal({});
  });

  it("requires a language model's address that a network policy can allow", async () => {
    const model = "small";
    const outside = { baseUrl: "https://llm.example.com/v1", model };
    const inside = { baseUrl: "http://ollama.models.svc:11434/v1", model };
    const pods = { labels: { app: "ollama" } };
    expect((await configuration()).llm).to.equal(undefined);
    expect((await configuration({ "chatdb:llm": outside })).llm).to.deep.equal({
      ...outside,
      timeout: "8s",
      concurrency: 4,
      samples: true,
      suggestOnly: false,
    });
    expect(await issues({ "chatdb:llm": { ...inside, pods }, "chatdb:llm.key": secure })).to.deep.equal({});
    expect(await issues({ "chatdb:llm": { ...outside, pods } })).to.deep.equal({
      "chatdb:llm.pods": "is for an address inside of the cluster, such as http://ollama.models.svc:11434/v1",
    });
    expect(await issues({ "chatdb:llm": { ...inside, cidr: "10.0.0.0/8" } })).to.deep.equal({
      "chatdb:llm.pods":
        "is needed for an address inside of the cluster: labels of the pods behind it, for the network policy",
      "chatdb:llm.cidr": "is for an address outside of the cluster: name the pods instead",
    });
    expect(
      Object.keys(
        await issues({
          "chatdb:llm": {
            baseUrl: "https://key@llm.example.com/v1?a=1",
            model: "",
            timeout: "31s",
            concurrency: 0,
            pods: { labels: {} },
          },
        }),
      ).sort(),
    ).to.deep.equal([
      "chatdb:llm.baseUrl",
      "chatdb:llm.concurrency",
      "chatdb:llm.model",
      "chatdb:llm.pods.labels",
      "chatdb:llm.timeout",
    ]);
  });

  it("rejects a language model's key over an unencrypted connection", async () => {
    const llm = { baseUrl: "http://192.0.2.7:8000/v1", model: "small" };
    expect(await issues({ "chatdb:llm": llm })).to.deep.equal({});
    expect(await issues({ "chatdb:llm": llm, "chatdb:llm.key": secure })).to.deep.equal({
      "chatdb:llm.baseUrl": "must be an https address: llm.key would be readable on its way",
    });
  });

  it("requires the secrets that the settings refer to", async () => {
    const source = { host: "h", database: "d", user: "u" };
    const external = {
      "chatdb:postgres.external": { host: "pg.example.com", adminUser: "root" },
      "chatdb:kafka.external": { bootstrapServers: ["a:9092"], login: { username: "chatdb" } },
      "chatdb:objectStore.external": { endpoint: "https://s3.example.com" },
      "chatdb:dataSources.configured": { orders: { ...source, password: secure }, stock: source },
    };
    const needed = [
      "chatdb:postgres.external.adminPassword",
      "chatdb:kafka.external.login.password",
      "chatdb:objectStore.external.accessKeyId",
      "chatdb:objectStore.external.secretAccessKey",
      "chatdb:dataSources.configured.stock.password",
    ];
    const message = (path: string) => `is needed: set it with \`pulumi config set --secret --path '${path}'\``;
    expect(await issues(external)).to.deep.equal(Object.fromEntries(needed.map((path) => [path, message(path)])));
    const secrets = Object.fromEntries(needed.map((path) => [path, secure]));
    expect(await issues({ ...external, ...secrets })).to.deep.equal({});
  });
});

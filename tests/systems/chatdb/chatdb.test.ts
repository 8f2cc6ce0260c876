import { expect } from "chai";
import { edges } from "../../../render/graph.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { recordStack } from "../../../render/stack.ts";
import { waves } from "../../../render/waves.ts";
import { jobsKeptMs, topics } from "../../../services/chatdb/contracts/topics.ts";
import { holdBack } from "../../support/held.ts";
import { openConnections } from "../../../render/network.ts";
import { environment, object, objects, resource, workload, workloads } from "../../../render/objects.ts";
import { recording } from "../../support/stacks.ts";

/** Startup order of the architecture's specification: each layer waits for all of the layers before it. */
const infrastructure = ["StatefulSet postgres", "StatefulSet kafka", "StatefulSet minio"];
const foundation = ["model-registry", "training-orchestrator"];
const processing = ["db-connector", "ml-engine", "prediction-service", "query-parser"];
const applications = [...foundation, ...processing, "api-gateway", "test-service"];

const deployments = (registered: readonly string[]) =>
  registered
    .filter((name) => name.startsWith("Deployment "))
    .map((name) => name.slice("Deployment ".length))
    .sort();

describe("startup order of ChatDB", () => {
  const cases: Record<string, readonly string[]> = {
    "StatefulSet postgres": [],
    "StatefulSet kafka": ["model-registry"],
    "StatefulSet minio": ["training-orchestrator"],
    "Job postgres-training-owner": ["model-registry"],
    "Job kafka-topics": ["model-registry"],
    "Job kafka-training-orchestrator": ["model-registry"],
    "Job kafka-ml-engine": [...foundation, "db-connector", "prediction-service", "query-parser"],
    "Job minio-model-registry": ["training-orchestrator"],
    "Job minio-ml-engine": [...foundation, "db-connector", "prediction-service", "query-parser"],
    "Job sample-data": [...foundation, "ml-engine", "prediction-service", "query-parser"],
    ...Object.fromEntries(foundation.map((name) => [`Deployment ${name}`, foundation])),
    ...Object.fromEntries(processing.map((name) => [`Deployment ${name}`, [...foundation, ...processing]])),
    "Deployment api-gateway": applications.filter((name) => name !== "test-service"),
  };
  for (const [held, started] of Object.entries(cases)) {
    it(`starts ${started.join(", ") || "no Deployments"} while ${held} is not ready`, async () => {
      const { whileHeld, afterwards } = await holdBack(held, "dev");
      expect(whileHeld).to.include.members(infrastructure);
      expect(deployments(whileHeld)).to.deep.equal([...started].sort());
      expect(deployments(afterwards)).to.deep.equal([...applications].sort());
    });
  }

  for (const variant of ["dev", "prod", "external"] as const) {
    it(`follows the layers of the specification: ${variant}`, async () => {
      const resources = await recording(variant);
      const wave = waves(resources);
      const layers = Map.groupBy(
        objects(resources, "Deployment"),
        ({ metadata }) => wave.get(resource(resources, "Deployment", metadata.name).urn)!,
      );
      const names = [...layers]
        .sort(([a], [b]) => a - b)
        .map(([, layer]) => layer.map(({ metadata }) => metadata.name).sort());
      expect(names).to.deep.equal([
        foundation,
        processing,
        ["api-gateway"],
        ...(variant === "prod" ? [] : [["test-service"]]),
      ]);
    });
  }
});

/** The connections of the specification's graph, with those of the Jobs for databases, topics and buckets. */
const spoken = [
  "training-orchestrator -> postgres:5432",
  "training-orchestrator -> kafka:9092",
  "model-registry -> postgres:5432",
  "db-connector -> postgres:5432",
  "model-registry -> minio:9000",
  "ml-engine -> kafka:9092",
  "ml-engine -> minio:9000",
  "ml-engine -> model-registry:8080",
  "ml-engine -> db-connector:8081",
  "query-parser -> kafka:9092",
  "query-parser -> db-connector:8081",
  "query-parser -> model-registry:8080",
  "prediction-service -> model-registry:8080",
  "api-gateway -> training-orchestrator:8000",
  "api-gateway -> ml-engine:5000",
  "api-gateway -> query-parser:5001",
  "api-gateway -> model-registry:8080",
  "api-gateway -> prediction-service:8080",
  "api-gateway -> db-connector:8081",
];
/** The external consumers by entry point. */
const arriving = "anyone -> api-gateway:8080";
const provisioned = [
  "postgres-training-owner -> postgres:5432",
  "postgres-registry-owner -> postgres:5432",
  "postgres-datasources-owner -> postgres:5432",
  "kafka-topics -> kafka:9094",
  "minio-model-registry -> minio:9000",
  "minio-ml-engine -> minio:9000",
];

/** The Jobs that create Kafka users, which an external cluster does not have. */
const kafkaUsers = ["kafka-training-orchestrator", "kafka-ml-engine", "kafka-query-parser"].map(
  (job) => `${job} -> kafka:9094`,
);

const backup = ["backup", "restore"].flatMap((job) => [
  `postgres-${job} -> postgres:5432`,
  `postgres-${job} -> minio:9000`,
  `minio-postgres-${job} -> minio:9000`,
]);

/** The additional connections of three PostgreSQL instances and their archive. */
const postgresCluster = [
  "namespace cnpg-system -> postgres:5432",
  "namespace cnpg-system -> postgres:8000",
  "postgres -> postgres:5432",
  "postgres -> postgres:8000",
  "postgres -> 0.0.0.0/0:443",
  "postgres -> 0.0.0.0/0:6443",
  "postgres -> minio:9000",
  "minio-postgres -> minio:9000",
];

/** Prefixes the workloads of a connection with their namespace. */
function placed(connections: readonly string[]): string[] {
  const title = (end: string) => {
    const [, name] = /^([a-z-]+)(?::\d+)?$/.exec(end) ?? [];
    if (name === undefined || name === "anyone") return end;
    if (name === "test-service") return `chatdb-testing/${end}`;
    return `${applications.includes(name) ? "chatdb-services" : "chatdb-system"}/${end}`;
  };
  return connections.map((connection) => connection.split(" -> ").map(title).join(" -> ")).sort();
}

describe("network of ChatDB", () => {
  const withoutDns = (connections: string[]) => connections.filter((connection) => !connection.endsWith("-> dns"));

  it("allows exactly the declared edges: dev", async () => {
    const sample = ["sample-data", "postgres-shop-owner", "postgres-shop-db-connector"].map(
      (name) => `${name} -> postgres:5432`,
    );
    const expected = [
      ...spoken,
      ...provisioned,
      ...kafkaUsers,
      ...backup,
      ...sample,
      arriving,
      "test-service -> api-gateway:8080",
    ];
    expect(withoutDns(openConnections(await recording("dev")))).to.deep.equal(placed(expected));
  });

  it("allows traffic between the nodes of a cluster: prod", async () => {
    const nodes = ["kafka -> kafka:9093", "kafka -> kafka:9094", "minio -> minio:9000", ...postgresCluster];
    const expected = [...spoken, ...provisioned, ...kafkaUsers, ...backup, arriving, ...nodes];
    expect(withoutDns(openConnections(await recording("prod")))).to.deep.equal(placed(expected));
  });

  it("allows exactly the ranges of external servers: external", async () => {
    const elsewhere = (connection: string) =>
      connection
        .replace("postgres:5432", "10.1.0.0/16:6432")
        .replace(/kafka:909[24]/, "10.2.0.0/16:9094")
        .replace("minio:9000", "10.3.0.0/16:443");
    const sample = ["sample-data", "postgres-shop-owner", "postgres-shop-db-connector"].map(
      (name) => `${name} -> postgres:5432`,
    );
    const expected = [
      ...[...spoken, ...provisioned, ...sample].map(elsewhere),
      "namespace envoy-gateway-system -> api-gateway:8080",
      "test-service -> api-gateway:8080",
      "db-connector -> 10.4.0.0/16:5432",
      "db-connector -> 10.5.0.0/16:3306",
      "query-parser -> 10.7.0.0/16:443",
      "ml-engine -> 0.0.0.0/0:443",
      "ml-engine -> 10.8.0.0/16:443",
    ];
    expect(withoutDns(openConnections(await recording("external")))).to.deep.equal(placed(expected));
  });

  it("allows only the parser to reach the language model in the cluster", async () => {
    const llm = {
      baseUrl: "http://ollama.models.svc:80/v1",
      model: "small",
      pods: { labels: { app: "ollama" }, port: 11434 },
    };
    const resources = await recordStack("prod", { settings: { "chatdb:llm": llm } });
    const open = openConnections(resources);
    const [without] = [openConnections(await recording("prod"))];
    expect(open.filter((connection) => !without.includes(connection))).to.deep.equal([
      "chatdb-services/query-parser -> ollama in models:11434",
    ]);
    expect(objects(resources, "NetworkPolicy").filter(({ metadata }) => metadata.namespace === "models")).to.deep.equal(
      [],
    );
    expect(environment(resources, "query-parser"))
      .to.include({ LLM_BASE_URL: llm.baseUrl, LLM_MODEL: "small", LLM_TIMEOUT_MS: "8000" })
      .and.to.not.have.property("LLM_KEY");
    expect(edges(resources)).to.deep.include({
      from: "chatdb/query-parser",
      to: "chatdb/language-model",
      lazy: true,
    });
  });

  it("allows only the gateway to reach the issuer of its tokens", async () => {
    const oidc = { issuer: "https://login.example.com:8443", audience: "chatdb", cidr: "192.0.2.0/24" };
    const resources = await recordStack("prod", { settings: { "chatdb:gateway.oidc": oidc } });
    const more = openConnections(resources).filter((connection) => connection.includes("192.0.2.0/24"));
    expect(more).to.deep.equal(["chatdb-services/api-gateway -> 192.0.2.0/24:8443"]);
    expect(environment(resources, "api-gateway")).to.include({
      OIDC_ISSUER: oidc.issuer,
      OIDC_AUDIENCE: "chatdb",
      RATE_LIMIT_PER_MINUTE: "6000",
    });
    expect(edges(resources)).to.deep.include({
      from: "chatdb/api-gateway",
      to: "chatdb/identity-provider",
      lazy: true,
    });
  });

  it("allows DNS for each workload", async () => {
    const resources = await recording("dev");
    const asking = openConnections(resources).filter((connection) => connection.endsWith("-> dns"));
    expect(asking).to.have.length(workloads(resources).length);
  });

  it("denies all traffic by default in every namespace", async () => {
    const resources = await recording("dev");
    const closed = objects(resources, "NetworkPolicy").filter(
      ({ spec }) =>
        Object.keys(spec.podSelector).length === 0 &&
        !spec.ingress &&
        !spec.egress &&
        spec.policyTypes.join() === "Ingress,Egress",
    );
    const namespaces = ["chatdb-monitoring", "chatdb-services", "chatdb-system", "chatdb-testing"];
    expect(
      objects(resources, "Namespace")
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).to.deep.equal(namespaces);
    expect(closed.map(({ metadata }) => metadata.namespace).sort()).to.deep.equal(namespaces);
  });

  it("lists the same edges in the graph as in the policies", async () => {
    const declared = edges(await recording("dev")).map(({ from, to }) => `${from} -> ${to}`);
    const expected = [...spoken, "test-service -> api-gateway:"].map(
      (edge) => `chatdb/${edge.split(":")[0]!.replace("-> ", "-> chatdb/")}`,
    );
    expect(declared.sort()).to.deep.equal(expected.sort());
  });
});

describe("configuration of ChatDB", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await recording("dev")));

  it("creates the topics that the services use", () => {
    const made = JSON.parse(environment(resources, "kafka-topics").TOPICS!) as { name: string }[];
    expect(made.map(({ name }) => name).sort()).to.deep.equal([...Object.values(topics)].sort());
  });

  it("retains jobs and cancellations for the time that the engines assume", () => {
    const made = JSON.parse(environment(resources, "kafka-topics").TOPICS!) as {
      name: string;
      config: Record<string, string>;
    }[];
    const kept = (topic: string) => made.find(({ name }) => name === topic)!.config["retention.ms"];
    expect([kept(topics.trainingJobs), kept(topics.trainingControl)]).to.deep.equal([
      String(jobsKeptMs),
      String(jobsKeptMs),
    ]);
  });

  it("gives each service its own role, database and key", () => {
    const logins = ["training-orchestrator", "model-registry", "db-connector"]
      .map((name) => environment(resources, name))
      .map((env) => [env.DATABASE_NAME, env.DATABASE_USER]);
    expect(logins).to.deep.equal([
      ["training", "training_a"],
      ["registry", "registry_a"],
      ["datasources", "datasources_a"],
    ]);
    const passwords = objects(resources, "Secret").flatMap(({ metadata, stringData }) =>
      metadata.namespace === "chatdb-services"
        ? Object.entries(stringData)
            .filter(([key]) => /PASSWORD|SECRET/.test(key))
            .map(([, value]) => value)
        : [],
    );
    expect(passwords).to.have.length(9);
    expect(new Set(passwords)).to.have.length(9);
  });

  it("lets the engine read datasets and store feedback and checkpoints, and the registry write datasets", () => {
    const buckets = (name: string) => JSON.parse(environment(resources, name).BUCKETS!) as unknown;
    expect(buckets("minio-ml-engine")).to.deep.equal({
      datasets: "read",
      feedback: "read-write",
      checkpoints: "read-write",
    });
    expect(buckets("minio-model-registry")).to.deep.equal({ models: "read-write", datasets: "read-write" });
  });

  it("passes the language model's key in a Secret to the parser only", async () => {
    const external = await recording("external");
    const holding = objects(external, "Secret").filter(({ stringData }) => "LLM_KEY" in (stringData ?? {}));
    expect(holding).to.have.length(1);
    const having = workloads(external).filter(({ pod }) => JSON.stringify(pod).includes("LLM_"));
    expect(having.map(({ name }) => name)).to.deep.equal(["query-parser"]);
    expect(JSON.stringify(objects(external, "ConfigMap").map(({ data }) => data))).to.not.contain("LLM_KEY");
  });

  it("mounts the passwords of data sources as files in the connector", async () => {
    const external = await recording("external");
    const { pod } = workload(external, "db-connector");
    expect(environment(external, "db-connector")).to.include({
      DATASOURCE_SECRETS_DIR: "/run/secrets/datasources",
      ADDED_SOURCES_EXCEPT: "10.5.9.0/24,10.6.0.0/24",
    });
    expect(pod.volumes).to.deep.include({ name: "secrets", secret: { secretName: "database-passwords" } });
    expect(pod.containers[0]!.volumeMounts).to.deep.include({
      name: "secrets",
      mountPath: "/run/secrets/datasources",
      readOnly: true,
    });
    expect(environment(resources, "db-connector")).to.not.have.property("DATASOURCE_SECRETS_DIR");
  });

  it("passes the addresses of all services to the gateway", () => {
    const urls = Object.entries(environment(resources, "api-gateway")).filter(([key]) => key.endsWith("_URL"));
    const at = (name: string, port: number) => `http://${name}.chatdb-services.svc.cluster.local:${port}`;
    expect(Object.fromEntries(urls)).to.deep.equal({
      TRAINING_ORCHESTRATOR_URL: at("training-orchestrator", 8000),
      ML_ENGINE_URL: at("ml-engine", 5000),
      QUERY_PARSER_URL: at("query-parser", 5001),
      MODEL_REGISTRY_URL: at("model-registry", 8080),
      PREDICTION_SERVICE_URL: at("prediction-service", 8080),
      DB_CONNECTOR_URL: at("db-connector", 8081),
    });
    expect(environment(resources, "test-service").GATEWAY_URL).to.equal(at("api-gateway", 80));
  });

  it("passes the training settings to the services", async () => {
    const settings = {
      "chatdb:training": {
        concurrentJobs: 40,
        jobsPerEngine: 3,
        memoryPerJob: "1Gi",
        checkpointEvery: "1m",
        heartbeatTimeout: "2h",
        keepJobs: "7d",
        artifactGrace: "1d",
      },
      "chatdb:services.ml-engine.limits.memory": "4Gi",
    };
    const told = await recordStack("prod", { settings });
    expect(environment(told, "training-orchestrator")).to.include({
      CONCURRENT_JOBS: "40",
      HEARTBEAT_TIMEOUT_S: "7200",
      KEEP_JOBS_S: "604800",
    });
    expect(environment(told, "ml-engine")).to.include({
      JOBS_PER_ENGINE: "3",
      MEMORY_PER_JOB_MIB: "1024",
      CHECKPOINT_EVERY_MS: "60000",
    });
    expect(environment(told, "model-registry")).to.include({ ARTIFACT_GRACE_S: "86400" });
  });

  it("passes the stack's log level to every service", () => {
    for (const name of applications) expect(environment(resources, name).LOG_LEVEL, name).to.equal("debug");
  });

  it("follows the stack's features and addresses", async () => {
    const prod = await recording("prod");
    expect(objects(prod, "Job").map(({ metadata }) => metadata.labels["app.kubernetes.io/name"])).to.not.include(
      "sample-data",
    );
    expect(objects(prod, "Deployment").map(({ metadata }) => metadata.name)).to.not.include("test-service");
    expect(object(prod, "Service", "api-gateway").spec.type).to.equal("LoadBalancer");
    expect(object(resources, "Service", "api-gateway").spec.type).to.equal("NodePort");
    const external = await recording("external");
    const url = (recorded: RecordedResource[]) =>
      recorded.find(({ type }) => type === "platform:systems:ChatDb")!.outputs.url;
    expect([resources, prod, external].map(url)).to.deep.equal([
      undefined,
      "(no address yet)",
      "https://chatdb.example.com",
    ]);
    expect(objects(external, "StatefulSet")).to.deep.equal([]);
    expect(object(external, "HTTPRoute", "api-gateway").spec.hostnames).to.deep.equal(["chatdb.example.com"]);
  });
});

describe("protection of ChatDB's data", () => {
  const guarded = (resources: RecordedResource[]) =>
    resources.filter(({ protect }) => protect).map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);

  it("covers everything that stores or unlocks data in prod, and nothing that an update may replace", async () => {
    expect(guarded(await recording("prod")).sort()).to.deep.equal([
      "Cluster postgres",
      "Namespace chatdb-system",
      "RandomId kafka-cluster",
      "RandomPassword kafka-admin",
      "RandomPassword minio-admin",
      "RandomPassword postgres-admin",
      "StatefulSet kafka",
      "StatefulSet minio",
    ]);
  });

  it("allows the deletion of dev as a whole", async () => expect(guarded(await recording("dev"))).to.be.empty);
});

describe("priorities of ChatDB", () => {
  it("rank data servers above services, and services above Jobs", async () => {
    const resources = await recording("dev");
    const value = new Map(objects(resources, "PriorityClass").map(({ metadata, value }) => [metadata.name, value]));
    const of = (kind: string) =>
      new Set(
        workloads(resources).flatMap((workload) =>
          workload.kind === kind ? [value.get(workload.pod.priorityClassName) ?? 0] : [],
        ),
      );
    const [data, services, jobs] = [of("StatefulSet"), of("Deployment"), of("Job")];
    expect([data, services, jobs].map((values) => values.size)).to.deep.equal([1, 1, 1]);
    expect(Math.min(...data)).to.be.greaterThan(Math.max(...services));
    expect(Math.min(...services)).to.be.greaterThan(Math.max(...jobs));
  });
});

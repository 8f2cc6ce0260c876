import { expect } from "chai";
import { Kafka, type KafkaArgs, type TopicUse } from "../../components/kafka.ts";
import { Microservice } from "../../components/microservice.ts";
import type { RecordedResource } from "../../render/recorder.ts";
import { environment, object, objects, resource, workload } from "../support/objects.ts";
import { failure, run, serviceArgs, sizes } from "../support/program.ts";
import { podFaults } from "../support/rules.ts";

const args: KafkaArgs = {
  namespace: "data",
  image: "example.com/kafka:4",
  brokers: 1,
  resources: sizes,
  heap: "256Mi",
  storage: "1Gi",
  topics: { jobs: { partitions: 12 }, audit: { partitions: 3, retentionMs: 3_600_000 } },
  provisionerImage: "example.com/provisioner:1",
};
const external = {
  bootstrapServers: ["b-1.example.com:9094", "b-2.example.com:9094", "b-3.example.com:9096"],
  cidr: "10.0.0.0/16",
  replicationFactor: 2,
};

const program =
  (more: Partial<KafkaArgs> = {}, use: Record<string, TopicUse> = { jobs: "consume" }) =>
  () => {
    const kafka = new Kafka("kafka", { ...args, ...more });
    new Microservice("worker", { ...serviceArgs, uses: [kafka.topics(use)] });
  };
const env = (resources: readonly RecordedResource[]) => environment(resources, "kafka");
const topics = (resources: readonly RecordedResource[]) => JSON.parse(environment(resources, "kafka-topics").TOPICS!) as unknown;

describe("kafka", () => {
  let one: RecordedResource[];
  let three: RecordedResource[];
  before(async () => {
    one = await run(program());
    three = await run(program({ brokers: 3 }));
  });

  it("is its own quorum, without ZooKeeper", () => {
    expect(env(one)).to.deep.include({
      KAFKA_PROCESS_ROLES: "broker,controller",
      KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
      KAFKA_CONTROLLER_QUORUM_VOTERS: "0@kafka-0.kafka-headless.data.svc.cluster.local:9093",
    });
    expect(env(three).KAFKA_CONTROLLER_QUORUM_VOTERS!.split(",")).to.deep.equal(
      [0, 1, 2].map((node) => `${node}@kafka-${node}.kafka-headless.data.svc.cluster.local:9093`),
    );
    expect(object(three, "StatefulSet", "kafka").spec).to.include({ replicas: 3, podManagementPolicy: "Parallel" });
    expect(object(three, "Service", "kafka-headless").spec.publishNotReadyAddresses).to.be.true;
  });

  it("numbers its nodes by their pods, and advertises each under its own name", () => {
    const variables = workload(three, "kafka").pod.containers[0]!.env;
    const at = (name: string) => variables.findIndex((variable) => variable.name === name);
    expect(variables[at("KAFKA_NODE_ID")]!.valueFrom.fieldRef.fieldPath).to.equal("metadata.labels['apps.kubernetes.io/pod-index']");
    expect(variables[at("POD_NAME")]!.valueFrom.fieldRef.fieldPath).to.equal("metadata.name");
    expect(env(three).KAFKA_ADVERTISED_LISTENERS).to.equal("PLAINTEXT://$(POD_NAME).kafka-headless.data.svc.cluster.local:9092");
    // Kubernetes fills in only what stands before.
    expect(at("POD_NAME")).to.be.lessThan(at("KAFKA_ADVERTISED_LISTENERS"));
  });

  it("keeps the id that its volumes were formatted under: 16 bytes, made once", () => {
    expect(env(one).CLUSTER_ID).to.match(/^[\w-]{22}$/);
    const ids = one.filter(({ type }) => type.endsWith(":RandomId"));
    expect(ids.map(({ inputs }) => [inputs.byteLength, inputs.b64Url])).to.deep.equal([[16, env(one).CLUSTER_ID]]);
    expect(env(three).CLUSTER_ID).to.equal(env(one).CLUSTER_ID);
  });

  it("keeps every event three times where there are three nodes, and can lose one of them", () => {
    const copies = (resources: RecordedResource[]) =>
      [
        "DEFAULT_REPLICATION_FACTOR",
        "OFFSETS_TOPIC_REPLICATION_FACTOR",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR",
        "MIN_INSYNC_REPLICAS",
        "TRANSACTION_STATE_LOG_MIN_ISR",
      ].map((name) => env(resources)[`KAFKA_${name}`]);
    expect(copies(one)).to.deep.equal(["1", "1", "1", "1", "1"]);
    expect(copies(three)).to.deep.equal(["3", "3", "3", "2", "2"]);
  });

  it("keeps three copies, not more, on five nodes", async () => {
    expect(env(await run(program({ brokers: 5 }))).KAFKA_DEFAULT_REPLICATION_FACTOR).to.equal("3");
  });

  it("makes topics by a job alone, each with its partitions, copies and retention", () => {
    expect(env(one).KAFKA_AUTO_CREATE_TOPICS_ENABLE).to.equal("false");
    expect(topics(one)).to.deep.equal([
      { name: "jobs", partitions: 12, replicationFactor: 1, config: { "min.insync.replicas": "1" } },
      { name: "audit", partitions: 3, replicationFactor: 1, config: { "min.insync.replicas": "1", "retention.ms": "3600000" } },
    ]);
    expect(topics(three)).to.deep.include({ name: "jobs", partitions: 12, replicationFactor: 3, config: { "min.insync.replicas": "2" } });
  });

  it("has its heap in Java's units, its data below the volume, and room to rewrite its configuration", () => {
    expect(env(one)).to.include({ KAFKA_HEAP_OPTS: "-Xms256m -Xmx256m", KAFKA_LOG_DIRS: "/var/lib/kafka/data/logs" });
    expect(workload(one, "kafka").pod.containers[0]!.volumeMounts.map(({ mountPath }) => mountPath)).to.have.members([
      "/var/lib/kafka/data",
      "/opt/kafka/config",
      "/opt/kafka/logs",
      "/tmp",
    ]);
  });

  it("is used at one address, by services that wait for their topics", () => {
    expect(environment(one, "worker").KAFKA_BOOTSTRAP_SERVERS).to.equal("kafka.data.svc.cluster.local:9092");
    expect(resource(one, "Job", "kafka-topics").dependencies).to.include(resource(one, "StatefulSet", "kafka").urn);
    expect(resource(one, "Deployment", "worker").dependencies).to.include(resource(one, "Job", "kafka-topics").urn);
  });

  it("lets clients in at the port of clients, and its own nodes at both", () => {
    const open = (resources: RecordedResource[]) =>
      objects(resources, "NetworkPolicy").flatMap(({ metadata, spec }) =>
        (spec.ingress ?? []).flatMap(({ ports }) => ports.map(({ port }) => `${metadata.name} ${port}`)),
      );
    expect(open(one)).to.have.members(["kafka-topics-to-kafka-9092 9092", "worker-to-kafka-9092 9092"]);
    expect(open(three)).to.have.members([
      "kafka-topics-to-kafka-9092 9092",
      "worker-to-kafka-9092 9092",
      "kafka-to-kafka-9092 9092",
      "kafka-to-kafka-9093 9093",
    ]);
  });

  it("refuses the use of a topic that there is not", async () => {
    const error = await failure(program({}, { jobs: "publish", clicks: "consume" }));
    expect(error.message).to.equal("kafka has no topic clicks; its topics are jobs, audit.");
  });

  it("keeps to the rules about pods", () => expect(podFaults([...one, ...three])).to.deep.equal([]));
});

describe("kafka elsewhere", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(program({ external }))));

  it("deploys nothing, and makes the topics there with that cluster's copies", () => {
    expect(objects(resources, "StatefulSet")).to.be.empty;
    expect(resources.filter(({ type }) => type.startsWith("random:"))).to.be.empty;
    expect(topics(resources)).to.deep.include({ name: "jobs", partitions: 12, replicationFactor: 2, config: { "min.insync.replicas": "1" } });
  });

  it("is used at all of its servers, each port of theirs open once", () => {
    for (const user of ["worker", "kafka-topics"]) {
      expect(environment(resources, user).KAFKA_BOOTSTRAP_SERVERS).to.equal(external.bootstrapServers.join(","));
      expect(
        object(resources, "NetworkPolicy", `${user}-egress`).spec.egress.map(({ to, ports }) => [to[0]!.ipBlock.cidr, ports[0]!.port]),
      ).to.deep.equal([
        ["10.0.0.0/16", 9094],
        ["10.0.0.0/16", 9096],
      ]);
    }
  });
});

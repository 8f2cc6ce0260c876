import { expect } from "chai";
import type { TopicUse } from "../../../components/data/kafka-access.ts";
import { Kafka, type ExternalKafka, type KafkaArgs } from "../../../components/data/kafka.ts";
import { Microservice } from "../../../components/workload/microservice.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { environment, object, objects, resource, workload, type Objects } from "../../../render/objects.ts";
import { failure, run, serviceArgs, sizes, namespace } from "../../support/program.ts";
import { podFaults } from "../../support/rules.ts";

const args: KafkaArgs = {
  namespace: namespace("data"),
  image: "example.com/kafka:4",
  brokers: 1,
  resources: sizes,
  heap: "256Mi",
  storage: "1Gi",
  topics: { jobs: { partitions: 12 }, audit: { partitions: 3, retentionMs: 3_600_000 } },
  provisionerImage: "example.com/provisioner:1",
};

const program =
  (more: Partial<KafkaArgs> = {}, use: Record<string, TopicUse> = { jobs: "consume" }) =>
  () => {
    const kafka = new Kafka("kafka", { ...args, ...more });
    new Microservice("worker", { ...serviceArgs, uses: [kafka.topics(use)] });
  };
const topics = (resources: readonly RecordedResource[]) =>
  JSON.parse(environment(resources, "kafka-topics").TOPICS!) as unknown;
const dependencies = (resources: readonly RecordedResource[], name: string) =>
  resource(resources, "Job", name).dependencies;
const variables = (resources: readonly RecordedResource[], name: string) =>
  workload(resources, name).pod.containers[0]!.env ?? [];

describe("kafka", () => {
  let one: RecordedResource[];
  let three: RecordedResource[];
  before(async () => {
    one = await run(program());
    three = await run(program({ brokers: 3 }));
  });

  it("creates topics in a job, each with its partitions, replicas and retention", () => {
    expect(topics(one)).to.deep.equal([
      { name: "jobs", partitions: 12, replicationFactor: 1, config: { "min.insync.replicas": "1" } },
      {
        name: "audit",
        partitions: 3,
        replicationFactor: 1,
        config: { "min.insync.replicas": "1", "retention.ms": "3600000" },
      },
    ]);
    expect(topics(three)).to.deep.include({
      name: "jobs",
      partitions: 12,
      replicationFactor: 3,
      config: { "min.insync.replicas": "2" },
    });
  });

  it("creates a user for each consumer, with exactly the access that it declared", async () => {
    const { USER_NAME, USER_PASSWORD, CONSUMER_NAME, TOPIC_USE } = environment(
      await run(program({}, { jobs: "follow", audit: "publish" })),
      "kafka-worker",
    );
    expect({ USER_NAME, CONSUMER_NAME }).to.deep.equal({ USER_NAME: "worker_a", CONSUMER_NAME: "worker" });
    expect(JSON.parse(TOPIC_USE!)).to.deep.equal({ jobs: "follow", audit: "publish" });
    expect(USER_PASSWORD).to.match(/^\w{32}$/);
  });

  it("gives a consumer one address and the login of its user over SCRAM", () => {
    expect(environment(one, "worker")).to.include({
      KAFKA_BOOTSTRAP_SERVERS: "kafka.data.svc.cluster.local:9092",
      KAFKA_SASL_MECHANISM: "SCRAM-SHA-512",
      KAFKA_USERNAME: "worker_a",
      KAFKA_PASSWORD: environment(one, "kafka-worker").USER_PASSWORD,
    });
    expect(variables(one, "worker").find(({ name }) => name === "KAFKA_PASSWORD")!.valueFrom).to.have.property(
      "secretKeyRef",
    );
  });

  it("makes a consumer wait for its topics and its user, which the administrator creates in parallel", () => {
    for (const job of ["kafka-topics", "kafka-worker"]) {
      expect(resource(one, "Deployment", "worker").dependencies).to.include(resource(one, "Job", job).urn);
      expect(dependencies(one, job)).to.include(resource(one, "StatefulSet", "kafka").urn);
      expect(environment(one, job)).to.include({
        KAFKA_BOOTSTRAP_SERVERS: "kafka.data.svc.cluster.local:9094",
        KAFKA_SASL_MECHANISM: "PLAIN",
        KAFKA_USERNAME: "admin",
        KAFKA_PASSWORD: object(one, "Secret", "kafka-admin").stringData.password,
      });
    }
    expect(dependencies(one, "kafka-worker")).to.not.include(resource(one, "Job", "kafka-topics").urn);
    expect(dependencies(one, "kafka-topics")).to.not.include(resource(one, "Job", "kafka-worker").urn);
  });

  it("opens the client port to clients, and the other ports to its nodes and the administrator's jobs", () => {
    const open = (resources: RecordedResource[]) =>
      objects(resources, "NetworkPolicy").flatMap(({ metadata, spec }) =>
        (spec.ingress ?? []).flatMap(({ ports }) => ports.map(({ port }) => `${metadata.name} ${port}`)),
      );
    const clients = [
      "data--kafka-topics--to--kafka--9094 9094",
      "data--kafka-worker--to--kafka--9094 9094",
      "apps--worker--to--kafka--9092 9092",
    ];
    expect(open(one)).to.have.members(clients);
    expect(open(three)).to.have.members([
      ...clients,
      "data--kafka--to--kafka--9093 9093",
      "data--kafka--to--kafka--9094 9094",
    ]);
  });

  it("refuses a consumer of an unknown topic", async () => {
    const error = await failure(program({}, { jobs: "publish", clicks: "consume" }));
    expect(error.message).to.equal("kafka has no topic clicks; its topics are jobs, audit.");
  });

  it("meets the rules about pods", () => expect(podFaults([...one, ...three])).to.deep.equal([]));

  it("gives the other user a new password at a rotation, and removes the previous one after the update", async () => {
    const rotated = await run(program({ credentialRotation: 1 }));
    expect(environment(rotated, "worker").KAFKA_USERNAME).to.equal("worker_b");
    expect(environment(rotated, "worker").KAFKA_PASSWORD).to.equal(environment(rotated, "kafka-worker").USER_PASSWORD);
    expect(environment(rotated, "kafka-worker-retire")).to.include({ USER_NAME: "worker_a", KAFKA_USERNAME: "admin" });
    expect(dependencies(rotated, "kafka-worker-retire")).to.include(resource(rotated, "Deployment", "worker").urn);
    expect(objects(one, "Job").map(({ metadata }) => metadata.labels["app.kubernetes.io/name"])).to.not.include(
      "kafka-worker-retire",
    );
  });
});

describe("external kafka", () => {
  const external: ExternalKafka = {
    bootstrapServers: ["b-1.example.com:9094", "b-2.example.com:9094", "b-3.example.com:9096"],
    cidr: "10.0.0.0/16",
    replicationFactor: 2,
    tls: false,
  };
  const login = { mechanism: "PLAIN", username: "chatdb", password: "a-password-from-elsewhere" };
  const users = ["worker", "kafka-topics"];
  const kafkaVariables = (env: Record<string, string>) =>
    Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("KAFKA_")));
  let resources: RecordedResource[];
  before(async () => (resources = await run(program({ external }))));

  it("deploys no broker and creates no users, but creates the topics with that cluster's replicas", () => {
    expect(objects(resources, "StatefulSet")).to.be.empty;
    expect(objects(resources, "Job")).to.have.length(1);
    expect(resources.filter(({ type }) => type.startsWith("random:"))).to.be.empty;
    expect(topics(resources)).to.deep.include({
      name: "jobs",
      partitions: 12,
      replicationFactor: 2,
      config: { "min.insync.replicas": "1" },
    });
  });

  it("gives a consumer all bootstrap servers, and opens each of their ports once", () => {
    const ports = ({ spec }: Objects["NetworkPolicy"]) =>
      spec.egress.map(({ to, ports }) => [to[0]!.ipBlock.cidr, ports[0]!.port]);
    for (const user of users) {
      expect(kafkaVariables(environment(resources, user))).to.deep.equal({
        KAFKA_BOOTSTRAP_SERVERS: external.bootstrapServers.join(","),
      });
      expect(ports(object(resources, "NetworkPolicy", `${user}-egress`))).to.deep.equal([
        ["10.0.0.0/16", 9094],
        ["10.0.0.0/16", 9096],
      ]);
    }
  });

  it("gives a consumer the shared login and TLS when the cluster requires them", async () => {
    const secured = await run(program({ external: { ...external, tls: true, login } }));
    for (const user of users) {
      expect(environment(secured, user)).to.include({
        KAFKA_TLS: "true",
        KAFKA_SASL_MECHANISM: "PLAIN",
        KAFKA_USERNAME: "chatdb",
        KAFKA_PASSWORD: login.password,
      });
      expect(variables(secured, user).find(({ name }) => name === "KAFKA_PASSWORD")!.valueFrom).to.have.property(
        "secretKeyRef",
      );
    }
  });
});

import { expect } from "chai";
import { Kafka } from "../../../components/data/kafka.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { environment, object, workload } from "../../../render/objects.ts";
import { run, sizes, namespace } from "../../support/program.ts";

const cluster = (brokers: number) =>
  run(
    () =>
      new Kafka("kafka", {
        namespace: namespace("data"),
        image: "example.com/kafka:4",
        brokers,
        resources: sizes,
        heap: "256Mi",
        storage: "1Gi",
        topics: {},
        provisionerImage: "example.com/provisioner:1",
      }),
  );
const env = (resources: readonly RecordedResource[]) => environment(resources, "kafka");

describe("kafka cluster", () => {
  let one: RecordedResource[];
  let three: RecordedResource[];
  before(async () => {
    one = await cluster(1);
    three = await cluster(3);
  });

  it("runs the controller quorum on its own nodes, without ZooKeeper", () => {
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

  it("numbers nodes by the pod index, and advertises each by the name of its pod", () => {
    const variables = workload(three, "kafka").pod.containers[0]!.env;
    const at = (name: string) => variables.findIndex((variable) => variable.name === name);
    expect(variables[at("KAFKA_NODE_ID")]!.valueFrom.fieldRef.fieldPath).to.equal(
      "metadata.labels['apps.kubernetes.io/pod-index']",
    );
    expect(variables[at("POD_NAME")]!.valueFrom.fieldRef.fieldPath).to.equal("metadata.name");
    const name = "$(POD_NAME).kafka-headless.data.svc.cluster.local";
    expect(env(three).KAFKA_ADVERTISED_LISTENERS).to.equal(`CLIENT://${name}:9092,BROKER://${name}:9094`);
    // Kubernetes expands only variables that are defined earlier.
    expect(at("POD_NAME")).to.be.lessThan(at("KAFKA_ADVERTISED_LISTENERS"));
  });

  it("requires a login at every listener: SCRAM for clients, the administrator's password for nodes", () => {
    const properties = serverProperties(env(one));
    const listeners = properties["listeners"]!.split(",").map((listener) => listener.split(":")[0]);
    expect(listeners).to.deep.equal(["CLIENT", "CONTROLLER", "BROKER"]);
    expect(properties["listener.security.protocol.map"]!.split(",")).to.deep.equal(
      listeners.map((name) => `${name}:SASL_PLAINTEXT`),
    );
    expect(properties).to.include({
      "sasl.enabled.mechanisms": "PLAIN",
      "sasl.mechanism.inter.broker.protocol": "PLAIN",
      "sasl.mechanism.controller.protocol": "PLAIN",
      "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-512",
      "listener.name.client.scram-sha-512.sasl.jaas.config":
        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    });
    expect(Object.keys(properties).filter((name) => name.endsWith("jaas.config"))).to.have.length(3);
  });

  it("denies every operation without an ACL, except to the administrator", () => {
    expect(serverProperties(env(one))).to.include({
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users": "User:admin",
      "allow.everyone.if.no.acl.found": "false",
    });
  });

  it("refers to the administrator's password, and defines its variable before those that expand it", () => {
    const variables = workload(one, "kafka").pod.containers[0]!.env;
    const at = variables.findIndex(({ name }) => name === "ADMIN_PASSWORD");
    const { metadata, stringData } = object(one, "Secret", "kafka-admin");
    expect(variables[at]!.valueFrom.secretKeyRef).to.deep.equal({ name: metadata.name, key: "password" });
    const referring = variables.flatMap(({ value }, index) => (value?.includes("$(ADMIN_PASSWORD)") ? [index] : []));
    expect(referring).to.have.length(2);
    for (const index of referring) expect(index).to.be.greaterThan(at);
    expect(JSON.stringify(variables)).to.not.include(stringData.password!);
  });

  it("generates a cluster id of 16 bytes once, and keeps it: the volumes are formatted with it", () => {
    expect(env(one).CLUSTER_ID).to.match(/^[\w-]{22}$/);
    const ids = one.filter(({ type }) => type.endsWith(":RandomId"));
    expect(ids.map(({ inputs }) => [inputs.byteLength, inputs.b64Url])).to.deep.equal([[16, env(one).CLUSTER_ID]]);
    expect(env(three).CLUSTER_ID).to.equal(env(one).CLUSTER_ID);
  });

  it("replicates every event three times on three nodes, and accepts writes when one is down", () => {
    const copies = (resources: RecordedResource[]) =>
      [
        "DEFAULT_REPLICATION_FACTOR",
        "OFFSETS_TOPIC_REPLICATION_FACTOR",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR",
        "MIN_INSYNC_REPLICAS",
        "TRANSACTION_STATE_LOG_MIN_ISR",
        "UNCLEAN_LEADER_ELECTION_ENABLE",
      ].map((name) => env(resources)[`KAFKA_${name}`]);
    expect(copies(one)).to.deep.equal(["1", "1", "1", "1", "1", "false"]);
    expect(copies(three)).to.deep.equal(["3", "3", "3", "2", "2", "false"]);
  });

  it("waits 15 s after each updated node when there are several, so that its replicas catch up", () => {
    expect(object(three, "StatefulSet", "kafka").spec.minReadySeconds).to.equal(15);
    expect(object(one, "StatefulSet", "kafka").spec.minReadySeconds).to.equal(undefined);
  });

  it("keeps three copies on five nodes", async () => {
    expect(env(await cluster(5)).KAFKA_DEFAULT_REPLICATION_FACTOR).to.equal("3");
  });

  it("gives the heap in Java's units, a data folder below the volume, and a writable configuration", () => {
    expect(env(one)).to.include({
      KAFKA_HEAP_OPTS: "-Xms256m -Xmx256m",
      KAFKA_LOG_DIRS: "/var/lib/kafka/data/logs",
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
    });
    expect(workload(one, "kafka").pod.containers[0]!.volumeMounts.map(({ mountPath }) => mountPath)).to.have.members([
      "/var/lib/kafka/data",
      "/opt/kafka/config",
      "/opt/kafka/logs",
      "/tmp",
    ]);
  });
});

/**
 * Returns the server properties that the image makes from its environment:
 * https://github.com/apache/kafka/blob/trunk/docker/examples/README.md.
 */
function serverProperties(variables: Record<string, string>): Record<string, string> {
  const property = (name: string) =>
    name.slice("KAFKA_".length).toLowerCase().replaceAll("_", ".").replaceAll("...", "-").replaceAll("..", "_");
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (name.startsWith("KAFKA_") ? [[property(name), value]] : [])),
  );
}

import { expect } from "chai";
import { Microservice } from "../../../components/workload/microservice.ts";
import {
  ObjectStore,
  type BucketUse,
  type ExternalObjectStore,
  type ObjectStoreArgs,
} from "../../../components/data/object-store.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { environment, object, objects, resource, workload } from "../../../render/objects.ts";
import { run, serviceArgs, sizes, namespace } from "../../support/program.ts";
import { podFaults, rules } from "../../support/rules.ts";

const args: ObjectStoreArgs = {
  namespace: namespace("data"),
  image: "example.com/store:1",
  resources: sizes,
  storage: "1Gi",
  provisionerImage: "example.com/provisioner:1",
};
const external: ExternalObjectStore = {
  endpoint: "https://s3.example.com",
  region: "eu-central-1",
  accessKeyId: "AKIA-of-all-services",
  secretAccessKey: "the-secret-key-elsewhere",
  cidr: "10.0.0.0/16",
};

const program =
  (users: Record<string, Record<string, BucketUse>>, more: Partial<ObjectStoreArgs> = {}) =>
  () => {
    const store = new ObjectStore("minio", { ...args, ...more });
    for (const [name, use] of Object.entries(users))
      new Microservice(name, { ...serviceArgs, uses: [store.buckets(use)] });
  };
const users = {
  registry: { models: "read-write", "data-sets": "read-write" },
  engine: { "data-sets": "read" },
} as const;

describe("object store", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(program(users))));

  it("serves S3 and its console from one volume, and is probed at its own health endpoints", () => {
    const container = workload(resources, "minio").pod.containers[0]!;
    expect(container.args).to.deep.equal(["server", "/data", "--console-address", ":9001"]);
    expect(container.ports).to.deep.equal([
      { name: "s3", containerPort: 9000 },
      { name: "console", containerPort: 9001 },
    ]);
    expect(
      [container.startupProbe, container.readinessProbe, container.livenessProbe].map(({ httpGet }) => httpGet.path),
    ).to.deep.equal(["/minio/health/ready", "/minio/health/ready", "/minio/health/live"]);
    expect(container.volumeMounts).to.deep.include({ name: "data", mountPath: "/data" });
  });

  it("shows the administrator's password only to its pod and the jobs", () => {
    const password = object(resources, "Secret", "minio-admin").stringData.password!;
    expect(password).to.match(/^\w{40}$/);
    const holders = objects(resources, "Secret").filter(({ stringData }) =>
      Object.values(stringData).includes(password),
    );
    expect(holders.map(({ metadata }) => metadata.namespace)).to.deep.equal(["data", "data", "data"]);
    expect(rules.kept(resources)).to.deep.equal([]);
  });

  it("gives each service its own key, which a job creates", () => {
    for (const name of ["registry", "engine"]) {
      const { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = environment(resources, name);
      expect(S3_ACCESS_KEY_ID).to.equal(`${name}_a`);
      expect(environment(resources, `minio-${name}`)).to.deep.include({
        ACCESS_KEY_ID: `${name}_a`,
        SECRET_ACCESS_KEY: S3_SECRET_ACCESS_KEY,
        POLICY_NAME: name,
        MANAGE_USERS: "true",
      });
    }
    expect(environment(resources, "registry").S3_SECRET_ACCESS_KEY).to.not.equal(
      environment(resources, "engine").S3_SECRET_ACCESS_KEY,
    );
  });

  it("gives a service another key at a rotation, and removes the previous one after the service's update", async () => {
    const rotated = await run(program(users, { credentialRotation: 1 }));
    const { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = environment(rotated, "engine");
    expect(S3_ACCESS_KEY_ID).to.equal("engine_b");
    expect(S3_SECRET_ACCESS_KEY).to.not.equal(environment(resources, "engine").S3_SECRET_ACCESS_KEY);
    expect(environment(rotated, "minio-engine")).to.deep.include({ POLICY_NAME: "engine", ACCESS_KEY_ID: "engine_b" });
    expect(environment(rotated, "minio-engine-retire")).to.deep.include({ ACCESS_KEY_ID: "engine_a" });
    expect(resource(rotated, "Job", "minio-engine-retire").dependencies).to.include(
      resource(rotated, "Deployment", "engine").urn,
    );
    expect(podFaults(rotated)).to.deep.equal([]);
  });

  it("allows a service only the buckets that it uses", () => {
    expect(JSON.parse(environment(resources, "minio-engine").BUCKETS!)).to.deep.equal({ "data-sets": "read" });
    expect(JSON.parse(environment(resources, "minio-registry").BUCKETS!)).to.deep.equal(users.registry);
  });

  it("sets the service's variables for the endpoint and its buckets", () => {
    const at = { S3_ENDPOINT: "http://minio.data.svc.cluster.local:9000", S3_REGION: "us-east-1" };
    expect(environment(resources, "registry")).to.deep.include({
      ...at,
      S3_BUCKET_MODELS: "models",
      S3_BUCKET_DATA_SETS: "data-sets",
    });
    expect(environment(resources, "engine")).to.deep.include(at).and.not.have.property("S3_BUCKET_MODELS");
  });

  it("makes jobs wait for the server, and services for the jobs", () => {
    const job = resource(resources, "Job", "minio-engine");
    expect(job.dependencies).to.include(resource(resources, "StatefulSet", "minio").urn);
    expect(resource(resources, "Deployment", "engine").dependencies).to.include(job.urn);
  });

  it("keeps the console closed to the network", () => {
    const open = objects(resources, "NetworkPolicy").flatMap(({ spec }) =>
      (spec.ingress ?? []).flatMap(({ ports }) => ports.map(({ port }) => port)),
    );
    expect(new Set(open)).to.deep.equal(new Set([9000]));
  });

  it("meets the rules about pods", () => expect(podFaults(resources)).to.deep.equal([]));
});

describe("object store of four servers", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(program(users, { servers: 4 }))));

  it("spreads objects over all servers, which find each other by name and start in parallel", () => {
    expect(workload(resources, "minio").pod.containers[0]!.args[1]).to.equal(
      "http://minio-{0...3}.minio-headless.data.svc.cluster.local:9000/data",
    );
    expect(object(resources, "StatefulSet", "minio").spec).to.include({ replicas: 4, podManagementPolicy: "Parallel" });
    expect(object(resources, "Service", "minio-headless").spec.publishNotReadyAddresses).to.be.true;
  });

  it("opens the servers to each other, and lets only one be evicted at a time", () => {
    const self = { podSelector: { matchLabels: { "app.kubernetes.io/name": "minio" } } };
    expect(object(resources, "NetworkPolicy", "minio-egress").spec.egress[0]!.to[0]).to.deep.include(self);
    expect(object(resources, "NetworkPolicy", "minio--to--data--minio--9000").spec.ingress[0]!.from[0]).to.deep.include(
      self,
    );
    expect(object(resources, "PodDisruptionBudget", "minio").spec.maxUnavailable).to.equal(1);
  });

  it("has one address for its users, as a single server has", () => {
    expect(environment(resources, "registry").S3_ENDPOINT).to.equal("http://minio.data.svc.cluster.local:9000");
    expect(podFaults(resources)).to.deep.equal([]);
  });
});

describe("external object store", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(program(users, { external, bucketPrefix: "acme-" }))));

  it("deploys no server and generates no key", () => {
    expect(objects(resources, "StatefulSet")).to.be.empty;
    expect(resources.filter(({ type }) => type.startsWith("random:"))).to.be.empty;
  });

  it("creates prefixed buckets there, and no users", () => {
    const env = environment(resources, "minio-engine");
    expect(env).to.deep.include({
      S3_ENDPOINT: external.endpoint,
      S3_REGION: "eu-central-1",
      MANAGE_USERS: "false",
      BUCKETS: '{"acme-data-sets":"read"}',
    });
    expect(env).to.not.have.any.keys("POLICY_NAME", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
  });

  it("gives services the shared key by reference", () => {
    expect(environment(resources, "engine")).to.deep.include({
      S3_ACCESS_KEY_ID: "AKIA-of-all-services",
      S3_SECRET_ACCESS_KEY: "the-secret-key-elsewhere",
      S3_BUCKET_DATA_SETS: "acme-data-sets",
    });
    expect(rules.kept(resources)).to.deep.equal([]);
  });

  it("opens its addresses on the port of its URL", async () => {
    const port = async (endpoint: string) =>
      object(
        await run(program({ engine: users.engine }, { external: { ...external, endpoint } })),
        "NetworkPolicy",
        "engine-egress",
      ).spec.egress[0];
    expect(await port("https://s3.example.com")).to.deep.equal({
      to: [{ ipBlock: { cidr: "10.0.0.0/16" } }],
      ports: [{ protocol: "TCP", port: 443 }],
    });
    expect((await port("http://s3.example.com"))!.ports[0]!.port).to.equal(80);
    expect((await port("http://s3.example.com:9000"))!.ports[0]!.port).to.equal(9000);
  });
});

import { expect } from "chai";
import { Microservice } from "../../../components/workload/microservice.ts";
import {
  Postgres,
  type DatabaseUse,
  type ExternalPostgres,
  type PostgresArgs,
} from "../../../components/data/postgres.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { environment, object, objects, resource, workload } from "../../../render/objects.ts";
import { failure, run, serviceArgs, sizes, namespace } from "../../support/program.ts";
import { podFaults, rules } from "../../support/rules.ts";

const args: PostgresArgs = {
  namespace: namespace("data"),
  image: "example.com/postgres:18",
  resources: sizes,
  storage: "1Gi",
  provisionerImage: "example.com/provisioner:1",
};
const external: ExternalPostgres = {
  host: "pg.example.com",
  port: 6432,
  adminUser: "root",
  adminPassword: "the-password-elsewhere",
  ssl: "require",
  cidr: "10.0.0.0/16",
};

/** Deploys a server, and one service for each list of databases. */
const program =
  (users: Record<string, [string, DatabaseUse?][]>, more: Partial<PostgresArgs> = {}) =>
  () => {
    const postgres = new Postgres("postgres", { ...args, ...more });
    for (const [name, uses] of Object.entries(users)) {
      new Microservice(name, { ...serviceArgs, uses: uses.map(([database, use]) => postgres.database(database, use)) });
    }
  };

describe("postgres", () => {
  let resources: RecordedResource[];
  before(async () => {
    resources = await run(
      program({ orders: [["orders"]], "report-maker": [["orders", { access: "read", as: "SOURCE" }], ["reports"]] }),
    );
  });

  it("runs one server with the data folder that version 18 and later expect", () => {
    expect(object(resources, "StatefulSet", "postgres").spec.replicas).to.equal(1);
    expect(workload(resources, "postgres").pod.containers[0]!.volumeMounts).to.deep.include({
      name: "data",
      mountPath: "/var/lib/postgresql",
    });
    expect(object(resources, "Service", "postgres").spec.ports).to.deep.equal([
      { name: "postgres", port: 5432, targetPort: "postgres" },
    ]);
  });

  it("is ready when it answers over TCP, which it does only after it has initialised its data", () => {
    const { startupProbe, readinessProbe, livenessProbe } = workload(resources, "postgres").pod.containers[0]!;
    for (const { exec } of [startupProbe, readinessProbe, livenessProbe])
      expect(exec.command).to.include.members(["pg_isready", "--host=127.0.0.1"]);
  });

  it("has time for a clean shutdown, writable folders for its socket, and the image's user", () => {
    const { pod } = workload(resources, "postgres");
    expect(pod.terminationGracePeriodSeconds).to.equal(90);
    expect(pod.securityContext.runAsUser).to.equal(999);
    expect(pod.containers[0]!.volumeMounts.map(({ mountPath }) => mountPath)).to.include.members([
      "/var/run/postgresql",
      "/tmp",
    ]);
  });

  it("reads the administrator's password from a Secret", () => {
    const { metadata } = object(resources, "Secret", "postgres-admin");
    const password = workload(resources, "postgres").pod.containers[0]!.env.find(
      ({ name }) => name === "POSTGRES_PASSWORD",
    );
    expect(password).to.deep.equal({
      name: "POSTGRES_PASSWORD",
      valueFrom: { secretKeyRef: { name: metadata.name, key: "password" } },
    });
    expect(rules.kept(resources)).to.deep.equal([]);
  });

  it("gives an owner a database, a role of the same name and a login with that role", () => {
    expect(environment(resources, "orders")).to.deep.include({
      DATABASE_HOST: "postgres.data.svc.cluster.local",
      DATABASE_PORT: "5432",
      DATABASE_NAME: "orders",
      DATABASE_USER: "orders_a",
      DATABASE_SSL: "disable",
    });
    expect(environment(resources, "postgres-orders-owner")).to.deep.include({
      DATABASE_NAME: "orders",
      ROLE_NAME: "orders",
      USER_NAME: "orders_a",
      ACCESS: "owner",
      ADMIN_DATABASE_USER: "postgres",
    });
  });

  it("gives a reader its own role, in variables with the requested prefix", () => {
    expect(environment(resources, "report-maker")).to.deep.include({
      SOURCE_NAME: "orders",
      SOURCE_USER: "orders_report_maker_a",
      DATABASE_NAME: "reports",
    });
    expect(environment(resources, "postgres-orders-report-maker")).to.deep.include({
      DATABASE_NAME: "orders",
      ROLE_NAME: "orders_report_maker",
      USER_NAME: "orders_report_maker_a",
      ACCESS: "read",
    });
  });

  it("gives the job and the service the same password, a different one for each role", () => {
    const set = (job: string) => environment(resources, job).USER_PASSWORD;
    expect(set("postgres-orders-owner"))
      .to.match(/^\w{32}$/)
      .and.equal(environment(resources, "orders").DATABASE_PASSWORD);
    expect(set("postgres-orders-report-maker")).to.equal(environment(resources, "report-maker").SOURCE_PASSWORD);
    expect(set("postgres-reports-owner")).to.equal(environment(resources, "report-maker").DATABASE_PASSWORD);
    expect(
      new Set(["postgres-orders-owner", "postgres-orders-report-maker", "postgres-reports-owner"].map(set)),
    ).to.have.length(3);
  });

  it("makes jobs wait for the server, and services for the jobs", () => {
    const job = resource(resources, "Job", "postgres-orders-owner");
    expect(job.dependencies).to.include(resource(resources, "StatefulSet", "postgres").urn);
    expect(resource(resources, "Deployment", "orders").dependencies).to.include(job.urn);
    expect(resource(resources, "Deployment", "orders").dependencies).to.not.include(
      resource(resources, "Job", "postgres-reports-owner").urn,
    );
  });

  it("makes one network policy for a service with two databases", () => {
    expect(
      objects(resources, "NetworkPolicy").filter(
        ({ metadata }) => metadata.name === "apps--report-maker--to--postgres--5432",
      ),
    ).to.have.length(1);
    expect(object(resources, "NetworkPolicy", "report-maker-egress").spec.egress).to.have.length(1);
  });

  it("refuses a second owner of a database", async () => {
    const error = await failure(program({ orders: [["orders"]], shipping: [["orders"]] }));
    expect(error.message).to.equal('shipping: the database orders belongs to orders; use it with { access: "read" }.');
  });

  it("meets the rules about pods", () => expect(podFaults(resources)).to.deep.equal([]));
});

describe("postgres after a rotation of passwords", () => {
  const rotated = (credentialRotation: number) => run(program({ orders: [["orders"]] }, { credentialRotation }));
  const login = (resources: RecordedResource[]) => {
    const { DATABASE_USER, DATABASE_PASSWORD } = environment(resources, "orders");
    return { user: DATABASE_USER, password: DATABASE_PASSWORD };
  };

  it("gives the other of the two logins a new password each time", async () => {
    const logins = [await rotated(0), await rotated(1), await rotated(2)].map(login);
    expect(logins.map(({ user }) => user)).to.deep.equal(["orders_a", "orders_b", "orders_a"]);
    expect(new Set(logins.map(({ password }) => password))).to.have.length(3);
  });

  it("removes the previous login after the service's update", async () => {
    const resources = await rotated(3);
    const retiring = resource(resources, "Job", "postgres-orders-owner-retire");
    expect(environment(resources, "postgres-orders-owner-retire")).to.deep.include({
      USER_NAME: "orders_a",
      GRACE_SECONDS: "50",
    });
    expect(retiring.dependencies).to.include(resource(resources, "Deployment", "orders").urn);
    expect(podFaults(resources)).to.deep.equal([]);
  });

  it("leaves the role, its database and the administrator unchanged", async () => {
    const [before, after] = [await rotated(0), await rotated(1)];
    const kept = (resources: RecordedResource[]) => {
      const { ROLE_NAME, DATABASE_NAME, ADMIN_DATABASE_PASSWORD } = environment(resources, "postgres-orders-owner");
      return {
        ROLE_NAME,
        DATABASE_NAME,
        ADMIN_DATABASE_PASSWORD,
        server: object(resources, "StatefulSet", "postgres"),
      };
    };
    expect(kept(after)).to.deep.equal(kept(before));
  });

  it("removes nothing before the first rotation", async () => {
    expect(objects(await rotated(0), "Job")).to.have.length(1);
  });
});

describe("external postgres", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(program({ orders: [["orders"]] }, { external }))));

  it("deploys no server and generates no password for one", () => {
    expect(objects(resources, "StatefulSet")).to.be.empty;
    expect(resources.filter(({ type }) => type.endsWith(":RandomPassword")).map(({ name }) => name)).to.deep.equal([
      "postgres-orders-owner",
    ]);
  });

  it("creates databases and roles there as its administrator", () => {
    expect(environment(resources, "postgres-orders-owner")).to.deep.include({
      ADMIN_DATABASE_HOST: "pg.example.com",
      ADMIN_DATABASE_PORT: "6432",
      ADMIN_DATABASE_USER: "root",
      ADMIN_DATABASE_PASSWORD: "the-password-elsewhere",
      ADMIN_DATABASE_SSL: "require",
    });
    expect(environment(resources, "orders")).to.deep.include({
      DATABASE_HOST: "pg.example.com",
      DATABASE_PORT: "6432",
      DATABASE_SSL: "require",
    });
    expect(environment(resources, "orders").DATABASE_PASSWORD).to.not.equal("the-password-elsewhere");
    expect(rules.kept(resources)).to.deep.equal([]);
  });

  it("opens its addresses only to the jobs and services that use it", () => {
    for (const user of ["orders", "postgres-orders-owner"]) {
      expect(object(resources, "NetworkPolicy", `${user}-egress`).spec.egress).to.deep.equal([
        { to: [{ ipBlock: { cidr: "10.0.0.0/16" } }], ports: [{ protocol: "TCP", port: 6432 }] },
      ]);
    }
  });
});

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Postgres } from "../../../components/data/postgres.ts";
import { Namespace } from "../../../components/workload/namespace.ts";
import { OneOffJob } from "../../../components/workload/one-off-job.ts";
import { manifests } from "../../../render/manifests.ts";
import { record } from "../../../render/recorder.ts";
import { sizes } from "../../support/program.ts";
import { apply, inPod, kubectl, podsOf, until } from "../support/kubectl.ts";

const image = process.env.POSTGRES_IMAGE ?? "docker.io/library/postgres:18.1";
const systems = ["north", "south"] as const;
type SystemName = (typeof systems)[number];
const other: Record<SystemName, SystemName> = { north: "south", south: "north" };

/** A PostgreSQL server and a client, both of the same names in each system. */
class System extends pulumi.ComponentResource {
  constructor(name: SystemName, opts: pulumi.ComponentResourceOptions) {
    super(`platform:systems:${name}`, name, {}, opts);
    const namespace = new Namespace(name, { partOf: name }, { parent: this });
    const postgres = new Postgres(
      "postgres",
      { namespace, image, resources: sizes, storage: "1Gi", provisionerImage: image },
      { parent: this },
    );
    const uses = [postgres.administration()];
    new OneOffJob("client", { namespace, image, args: ["sleep", "600"], uses }, { parent: this });
    this.registerOutputs({});
  }
}

/**
 * Runs a query from the client of one system, by default at its own server with its own password; returns what `psql`
 * prints.
 */
async function query(from: SystemName, { host = "$ADMIN_DATABASE_HOST", password = "" } = {}): Promise<string> {
  const [client] = await podsOf(from, "client");
  const script = `read -r given; export PGPASSWORD="\${given:-$ADMIN_DATABASE_PASSWORD}" PGCONNECT_TIMEOUT=5
    psql --host=${host} --username=postgres --no-align --tuples-only --command='show data_directory' 2>&1 || true`;
  return inPod(from, client!.metadata.name, ["sh", "-c", script], `${password}\n`);
}

async function passwordOf(system: SystemName): Promise<string> {
  const [client] = await podsOf(system, "client");
  return (await inPod(system, client!.metadata.name, ["printenv", "ADMIN_DATABASE_PASSWORD"], "")).trim();
}

describe("two systems with the same names on one cluster", function () {
  this.timeout("10m");

  before(async () => {
    const resources = await record({ stack: "test", project: "test", config: {} }, () => {
      const opts = { providers: { kubernetes: new k8s.Provider("cluster", {}) } };
      for (const name of systems) new System(name, opts);
    });
    for (const wave of manifests(resources, { form: "clear" })) {
      for (const object of wave) await apply(object);
      for (const system of systems)
        await kubectl("rollout", "status", "statefulset/postgres", `--namespace=${system}`, "--timeout=300s");
    }
    for (const system of systems)
      await until(`the client of ${system} runs`, 120, async () =>
        (await podsOf(system, "client"))[0]?.status.phase === "Running" ? true : undefined,
      );
  });

  after(() => kubectl("delete", "namespace", ...systems, "--ignore-not-found", "--timeout=300s"));

  for (const system of systems) {
    it(`lets ${system} use its own server with its own password`, async () => {
      expect(await query(system)).to.match(/^\/var\/lib\/postgresql\//);
    });

    it(`refuses the password of ${other[system]} at the server of ${system}`, async () => {
      const password = await passwordOf(other[system]);
      expect(password).to.not.equal(await passwordOf(system));
      expect(await query(system, { password })).to.include("password authentication failed");
    });

    it(`keeps ${system} away from the server of ${other[system]}, whose password it has`, async () => {
      const host = `postgres.${other[system]}.svc.cluster.local`;
      const password = await passwordOf(other[system]);
      expect(await query(system, { host, password })).to.match(/timeout expired|timed out|refused/);
    });
  }
});

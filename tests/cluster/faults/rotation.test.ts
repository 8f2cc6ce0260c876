import { expect } from "chai";
import { kubectl, kubectlJson, podsOf, until, untilReady, type Pod } from "../support/kubectl.ts";
import { brokenIn, figures } from "../support/load.ts";
import { kill } from "../support/machine.ts";
import { isShort, stack } from "./stack.ts";
import { startWorkload, type Workload } from "./workload.ts";

/** The present database login of a service. */
async function login(service: string): Promise<{ user: string; password: string }> {
  const of = ["--namespace=chatdb-services"];
  const { spec } = await kubectlJson<{
    spec: {
      template: {
        spec: {
          containers: {
            envFrom: { configMapRef: { name: string } }[];
            env: { name: string; valueFrom: { secretKeyRef: { name: string } } }[];
          }[];
        };
      };
    };
  }>("get", `deployment/${service}`, ...of);
  const [container] = spec.template.spec.containers;
  const config = await kubectlJson<{ data: Record<string, string> }>(
    "get",
    `configmap/${container!.envFrom[0]!.configMapRef.name}`,
    ...of,
  );
  const secretName = container!.env.find(({ name }) => name === "DATABASE_PASSWORD")!.valueFrom.secretKeyRef.name;
  const secret = await kubectlJson<{ data: Record<string, string> }>("get", `secret/${secretName}`, ...of);
  return {
    user: config.data.DATABASE_USER!,
    password: Buffer.from(secret.data.DATABASE_PASSWORD!, "base64").toString(),
  };
}

/** Whether PostgreSQL accepts a login over the network, as the services use it. */
async function letsIn({ user, password }: { user: string; password: string }, database: string): Promise<boolean> {
  const { status } = await kubectlJson<Pod>("get", "pod/postgres-0", "--namespace=chatdb-system");
  const connection = `host=${status.podIP} user=${user} password=${password} dbname=${database} connect_timeout=5`;
  return kubectl("exec", "--namespace=chatdb-system", "postgres-0", "--", "psql", connection, "-tAc", "select 1").then(
    (answer) => answer.trim() === "1",
    (error: Error) => {
      if (/authentication failed|not permitted to log in/.test(error.message)) return false;
      throw error;
    },
  );
}

describe("A rotation of all passwords under load", function () {
  this.timeout(900_000);
  let workload: Workload;

  before(async () => {
    workload = await startWorkload();
  });
  after(() => workload.stop());

  it("fails no request, loses no job and rejects the old passwords afterwards", async () => {
    const old = await login("model-registry");
    expect(await letsIn(old, "registry")).to.equal(true);
    const start = performance.now();
    await workload.load.lap();
    await stack.up({ "platform:credentialRotation": 1 });
    await untilReady();
    const lap = await workload.load.lap();
    console.log(`      rotated in ${((performance.now() - start) / 1000).toFixed(0)} s; ${figures(lap)}`);
    // A dozen pods start at once on the CPUs that all nodes share.
    expect(brokenIn(lap, 0.02)).to.deep.equal([]);
    await workload.nothingIsLost(lap.jobs);
    const fresh = await login("model-registry");
    expect(fresh).to.not.deep.equal(old);
    expect(await letsIn(fresh, "registry")).to.equal(true);
    expect(await letsIn(old, "registry"), "the old password").to.equal(false);
  });

  it("keeps Kafka's logins when every broker starts again", async function () {
    if (isShort) this.skip();
    for (const broker of await podsOf("chatdb-system", "kafka")) await kill(broker);
    await untilReady();
    const { job_id } = await until("a job is accepted", 120, () =>
      workload.gateway.post<{ job_id: string }>("/api/jobs", {
        model_name: "rotated",
        dataset_location: "s3://datasets/load.csv",
        target: "y",
      }),
    );
    await workload.nothingIsLost([job_id]);
  });
});

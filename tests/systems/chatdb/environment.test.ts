import { expect } from "chai";
import { ConfigurationError, readEnv, serverEnv } from "@platform/kit/env.ts";
import type { runService } from "@platform/kit/run.ts";
import { registerHooks } from "node:module";
import { z } from "zod";
import type { RecordedResource } from "../../../render/recorder.ts";
import { readDataSources } from "../../../services/chatdb/db-connector/data-source-settings.ts";
import { bucketSettings, retireBucketUserSettings } from "../../../services/provisioner/buckets.ts";
import { databaseSettings, retireDatabaseUserSettings } from "../../../services/provisioner/database.ts";
import { retireKafkaUserSettings, kafkaUserSettings } from "../../../services/provisioner/kafka-user.ts";
import { sampleDataSettings } from "@chatdb/sample-data/fill-shop.ts";
import { topicSettings } from "../../../services/provisioner/topics.ts";
import { environment, workload, workloads } from "../../../render/objects.ts";
import { recording, variants } from "../../support/stacks.ts";

const commands: Record<string, z.ZodObject> = {
  buckets: bucketSettings,
  "kafka-user": kafkaUserSettings,
  database: databaseSettings,
  "sample-data": sampleDataSettings,
  topics: topicSettings,
  "retire-bucket-user": retireBucketUserSettings,
  "retire-database-user": retireDatabaseUserSettings,
  "retire-kafka-user": retireKafkaUserSettings,
};

type Run = typeof runService;
const captured = globalThis as unknown as { options?: Parameters<Run>[0] };
let runs = 0;

/** Lets a service parse its environment without starting it. @throws ConfigurationError */
async function readBy(service: string, env: Record<string, string>): Promise<void> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "@platform/kit/run.ts"
        ? {
            url: "data:text/javascript,export function runService(options) { globalThis.options = options; }",
            shortCircuit: true,
          }
        : next(specifier, context),
  });
  try {
    await import(`../../../services/chatdb/${service}/main.ts?run=${(runs += 1)}`);
  } finally {
    hooks.deregister();
  }
  readEnv(z.object({ ...serverEnv, ...captured.options!.env }), env);
}

for (const variant of variants) {
  describe(`environment of the pods: ${variant}`, () => {
    let resources: RecordedResource[];
    before(async () => (resources = await recording(variant)));

    it("satisfies the provisioner's commands", () => {
      const jobs = workloads(resources).filter(({ kind }) => kind === "Job");
      expect(jobs).to.not.be.empty;
      for (const { name } of jobs) {
        const [program, command] = workload(resources, name).pod.containers[0]!.args;
        expect(program).to.equal("main.js");
        expect(() => readEnv(commands[command ?? name]!, environment(resources, name)), name).to.not.throw();
      }
    });

    it("satisfies the services", async () => {
      const services = workloads(resources).filter(({ kind }) => kind === "Deployment");
      for (const { name } of services) await readBy(name, environment(resources, name));
    });

    it("names the data sources", () => {
      const names = readDataSources(environment(resources, "db-connector")).map(
        ({ name, database, tls }) => `${name}: ${database}, ${tls}`,
      );
      expect(names).to.deep.equal(
        { dev: ["shop: shop, disable"], prod: [], external: ["orders: orders, require", "shop: shop, require"] }[
          variant
        ],
      );
    });
  });
}

describe("incomplete environment", () => {
  it("is rejected by the service", async () => {
    const { DB_CONNECTOR_URL: url, ...env } = environment(await recording("dev"), "query-parser");
    expect(url).to.be.a("string");
    const error = await readBy("query-parser", env).catch((error: unknown) => error);
    expect(error)
      .to.be.instanceOf(ConfigurationError)
      .with.property("message")
      .that.includes("DB_CONNECTOR_URL: not set");
  });
});

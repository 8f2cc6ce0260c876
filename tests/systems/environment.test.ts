import { expect } from "chai";
import { readEnv } from "@chatdb/kit/env.ts";
import type { z } from "zod";
import { bucketSettings } from "../../services/provisioner/buckets.ts";
import { databaseSettings } from "../../services/provisioner/database.ts";
import { sampleDataSettings } from "../../services/provisioner/sample-data.ts";
import { topicSettings } from "../../services/provisioner/topics.ts";
import { environment, workload, workloads } from "../support/objects.ts";
import { recording, variants } from "../support/stacks.ts";

const commands: Record<string, z.ZodObject> = { buckets: bucketSettings, database: databaseSettings, "sample-data": sampleDataSettings, topics: topicSettings };

for (const variant of variants) {
  describe(`environment that pods get: ${variant}`, () => {
    it("is what the provisioner's commands ask for", async () => {
      const resources = await recording(variant);
      const jobs = workloads(resources).filter(({ kind }) => kind === "Job");
      expect(jobs).to.not.be.empty;
      for (const { name } of jobs) {
        const [program, command] = workload(resources, name).pod.containers[0]!.args;
        expect(program).to.equal("main.js");
        expect(() => readEnv(commands[command!]!, environment(resources, name)), name).to.not.throw();
      }
    });
  });
}

import { expect } from "chai";
import { serviceNames } from "../../../config/chatdb/services.ts";
import { brokenIn, figures } from "../support/load.ts";
import { kubectl, untilRolled } from "../support/kubectl.ts";
import { isShort } from "./stack.ts";
import { startWorkload, type Workload } from "./workload.ts";

describe("A rolling update under load", function () {
  this.timeout(600_000);
  let workload: Workload;
  const jobs: string[] = [];

  before(async () => {
    workload = await startWorkload();
  });
  after(() => workload.stop());

  const rolled = isShort ? ["api-gateway", "ml-engine", "prediction-service"] : serviceNames;
  for (const service of rolled.filter((name) => name !== "test-service")) {
    it(`fails no request while ${service} rolls`, async () => {
      await kubectl("rollout", "restart", `deployment/${service}`, "--namespace=chatdb-services");
      await untilRolled("chatdb-services", service);
      const lap = await workload.load.lap();
      jobs.push(...lap.jobs);
      console.log(`      ${figures(lap)}`);
      expect(brokenIn(lap)).to.deep.equal([]);
    });
  }

  it("loses no job that was accepted during the updates", async () => {
    expect(jobs).to.not.be.empty;
    await workload.nothingIsLost(jobs);
  });
});

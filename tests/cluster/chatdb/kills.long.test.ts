import { gatewayClient } from "../support/gateway.ts";
import { passIntegrationScenarios } from "./integration-scenarios.ts";
import { layers } from "./layers.ts";
import { loseNothingWhenKilled } from "./pod-kills.ts";

describe("ChatDB under more load and more kills", function () {
  this.timeout(900_000);
  const gateway = gatewayClient();
  after(() => gateway.close());

  it("passes the three integration scenarios with 50 jobs at once", () => passIntegrationScenarios(50));

  it("loses no accepted job and no row when a pod of each workload is killed", () =>
    loseNothingWhenKilled(
      gateway,
      layers.flatMap(({ names }) => [...names]),
    ));
});

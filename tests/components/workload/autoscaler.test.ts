import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { autoscale } from "../../../components/workload/autoscaler.ts";
import { object, resource } from "../../../render/objects.ts";
import { namespace, run } from "../../support/program.ts";

describe("autoscaler", () => {
  it("scales a Deployment within its bounds by CPU and memory, fast up and slowly down", async () => {
    const resources = await run(() => {
      const deployment = new k8s.apps.v1.Deployment("web", {
        metadata: { name: "web", namespace: "apps" },
        spec: { selector: {}, template: {} },
      });
      autoscale("web", namespace("apps"), deployment, { min: 2, max: 10, cpu: 70, memory: 80 }, deployment);
    });
    const metric = (name: string, averageUtilization: number) => ({
      type: "Resource",
      resource: { name, target: { type: "Utilization", averageUtilization } },
    });
    expect(object(resources, "HorizontalPodAutoscaler", "web-hpa").spec).to.deep.equal({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [metric("cpu", 70), metric("memory", 80)],
      behavior: { scaleUp: { stabilizationWindowSeconds: 60 }, scaleDown: { stabilizationWindowSeconds: 300 } },
    });
    expect(resource(resources, "HorizontalPodAutoscaler", "web-hpa").dependencies).to.deep.equal([
      resource(resources, "Deployment", "web").urn,
    ]);
  });
});

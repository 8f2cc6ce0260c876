import { expect } from "chai";
import { minikubeStart } from "../../bin/cluster.ts";
import { stackConfig } from "../../config/project.ts";

const addons = (ingress: object) =>
  minikubeStart(stackConfig("dev", { "chatdb:gateway.ingress": ingress }))
    .filter((argument) => argument.startsWith("--addons="))
    .map((argument) => argument.slice("--addons=".length));

describe("start of Minikube", () => {
  it("enables a network plugin that enforces policies, and metrics for the autoscalers", () => {
    expect(minikubeStart(stackConfig("dev"))).to.include("--cni=calico");
    expect(addons({})).to.deep.equal(["metrics-server"]);
  });

  it("installs Traefik for an Ingress of its class", () => {
    const host = "chatdb.example.com";
    expect(addons({ host, class: "traefik" })).to.deep.equal(["metrics-server", "traefik"]);
    expect(addons({ host, class: "nginx" })).to.deep.equal(["metrics-server"]);
    expect(addons({ host, class: "traefik", kind: "gateway" })).to.deep.equal(["metrics-server"]);
  });
});

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Consumer, Destination } from "../../../components/network/connection.ts";
import {
  allowDns,
  denyAll,
  edgePolicies,
  egressTo,
  ingressFrom,
  ingressFromOutside,
} from "../../../components/network/network-policy.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { object, objects } from "../../../render/objects.ts";
import { run, namespace } from "../../support/program.ts";

const consumer: Consumer = { name: "reader", namespace: namespace("apps"), labels: { app: "reader" } };
const store = { namespace: namespace("data"), labels: { app: "store" } };
const peer = (namespace: string, app: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  podSelector: { matchLabels: { app } },
});

class Group extends pulumi.ComponentResource {
  constructor(destinations: Destination[]) {
    super("test:test:Group", "group");
    edgePolicies(consumer, destinations, this);
    this.registerOutputs();
  }
}

const policiesFor = (...destinations: Destination[]): Promise<RecordedResource[]> => run(() => new Group(destinations));

describe("network policy", () => {
  it("denies both directions for all pods", () => {
    expect(denyAll).to.deep.equal({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  it("allows look-ups only at the cluster's DNS, over UDP and TCP", () => {
    expect(allowDns.podSelector).to.deep.equal({});
    expect(allowDns.policyTypes).to.deep.equal(["Egress"]);
    const [rule, ...others] = allowDns.egress as {
      to: unknown[];
      ports: { protocol: string; port: number | string }[];
    }[];
    expect(others).to.be.empty;
    expect(rule!.to).to.deep.equal([
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ]);
    expect(rule!.ports).to.deep.include.members([
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ]);
  });

  it("allows a consumer each destination on its own port", () => {
    const elsewhere = { to: { cidr: "10.0.0.0/8" }, port: 443 };
    expect(egressTo(consumer, [{ to: store, port: 9000 }, elsewhere])).to.deep.equal({
      podSelector: { matchLabels: { app: "reader" } },
      policyTypes: ["Egress"],
      egress: [
        { to: [peer("data", "store")], ports: [{ protocol: "TCP", port: 9000 }] },
        { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ protocol: "TCP", port: 443 }] },
      ],
    });
  });

  it("allows only the consumer into a destination", () => {
    expect(ingressFrom(consumer, store, 9000)).to.deep.equal({
      podSelector: { matchLabels: { app: "store" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [peer("apps", "reader")], ports: [{ protocol: "TCP", port: 9000 }] }],
    });
  });

  it("opens one port to a namespace, a range of addresses, or anyone", () => {
    const web = { app: "web" };
    const ports = [{ protocol: "TCP", port: 8080 }];
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "proxies" } };
    expect(ingressFromOutside(web, [{ namespace: "proxies" }, { cidr: "192.0.2.0/24" }], 8080)).to.deep.equal({
      podSelector: { matchLabels: web },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ namespaceSelector }, { ipBlock: { cidr: "192.0.2.0/24" } }], ports }],
    });
    expect(ingressFromOutside(web, [{ namespace: "proxies" }, "anyone"], 8080).ingress).to.deep.equal([{ ports }]);
  });

  it("makes a policy at both ends of an edge", async () => {
    const resources = await policiesFor({ to: store, port: 9000 });
    expect(object(resources, "NetworkPolicy", "reader-egress").metadata.namespace).to.equal("apps");
    expect(object(resources, "NetworkPolicy", "reader--to--data--store--9000").metadata.namespace).to.equal("data");
    expect(objects(resources, "NetworkPolicy")).to.have.length(2);
  });

  it("makes only an egress policy for an edge that leaves the cluster", async () => {
    const resources = await policiesFor({ to: { cidr: "10.0.0.0/8" }, port: 443 });
    expect(objects(resources, "NetworkPolicy").map(({ metadata }) => metadata.name)).to.deep.equal(["reader-egress"]);
  });

  it("makes no policy without edges, and one for a destination that is used twice", async () => {
    expect(objects(await policiesFor(), "NetworkPolicy")).to.be.empty;
    const destination = { to: store, port: 9000 };
    const twice = await policiesFor(destination, destination);
    expect(
      objects(twice, "NetworkPolicy")
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).to.deep.equal(["apps--reader--to--store--9000", "reader-egress"]);
  });
});

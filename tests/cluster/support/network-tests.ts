import { expect } from "chai";
import type { RecordedResource } from "../../../render/recorder.ts";
import {
  clusterItself,
  declared,
  listeners,
  reachedFrom,
  reachedFromOutside,
  type Attempt,
  type Reached,
} from "./connections.ts";
import type { Deployment } from "./deployment.ts";
import { stopOutsiders } from "./outside.ts";

/** Tests that the network of a deployed stack lets through what was declared and nothing else. */
export function networkTests(stack: Deployment): void {
  let resources: RecordedResource[];
  let targets: Record<string, string>;
  let cluster: Record<string, string>;
  let reached: Map<string, Attempt>;
  let stranger: Reached;
  const ofServices = ({ answered }: Reached) => answered.filter((target) => target in targets);

  before(async () => {
    resources = await stack.resources();
    [targets, cluster] = await Promise.all([listeners(resources), clusterItself()]);
    reached = await reachedFrom(resources, { ...targets, ...cluster });
    stranger = await reachedFromOutside({ ...targets, ...cluster });
  });
  after(() => stopOutsiders());

  it("lets every workload connect to every replica of what it declared, and to nothing else", () => {
    const expected = [...reached].flatMap(([from, { pod }]) =>
      Object.keys(targets)
        .filter((target) => {
          const [to, listener] = target.split("/") as [string, string];
          return (
            listener.split(":")[0] !== pod && declared(resources).includes(`${from} -> ${to}:${listener.split(":")[1]}`)
          );
        })
        .map((target) => `${from} -> ${target}`),
    );
    // A pod's connection to its own address never leaves the pod.
    const found = [...reached].flatMap(([from, reach]) =>
      ofServices(reach)
        .filter((target) => !target.includes(`/${reach.pod}:`))
        .map((target) => `${from} -> ${target}`),
    );
    expect(found.sort()).to.deep.equal(expected.sort());
    expect(found).to.not.be.empty;
    console.log(
      `      ${reached.size} workloads, ${reached.size * Object.keys(targets).length} connections tried, ${found.length} open`,
    );
  });

  it("lets other pods of the cluster connect to the gateway alone", () => {
    expect([...new Set(ofServices(stranger).map((target) => target.split("/")[0]))]).to.deep.equal(["api-gateway"]);
  });

  it("keeps every workload from the API server and other nodes, which a pod without policies reaches", function () {
    expect(stranger.answered).to.include.members(Object.keys(cluster));
    // A pod and the node that it runs on may always connect:
    // https://kubernetes.io/docs/concepts/services-networking/network-policies/
    const elsewhere = (host: string) => Object.keys(cluster).filter((name) => !cluster[name]!.startsWith(`${host}:`));
    if ([...reached.values()].every(({ host }) => elsewhere(host).length === 0)) {
      console.log("      skipped: the cluster has one node, and what a pod sends to its own node no policy holds back");
      this.skip();
    }
    for (const [from, { host, answered }] of reached)
      expect(
        answered.filter((target) => elsewhere(host).includes(target)),
        from,
      ).to.deep.equal([]);
  });

  it("lets every workload resolve names", () => {
    for (const [from, { resolved }] of reached) expect(resolved, from).to.equal(stranger.resolved);
    expect(stranger.resolved).to.match(/^[\d.:a-f]+$/);
  });
}

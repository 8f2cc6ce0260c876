import { expect } from "chai";
import fc from "fast-check";
import { probe, restrictedContainer, restrictedPod, scratch, startupProbe } from "../../../components/workload/pod.ts";

const http = { httpGet: { path: "/health", port: "http" } };

describe("pod", () => {
  it("gives a probe whole seconds, and three failures or the given number", () => {
    const timing = { initialDelay: "1m", period: "10s", timeout: "5s" } as const;
    expect(probe(http, timing)).to.deep.equal({
      ...http,
      initialDelaySeconds: 60,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    });
    expect(probe(http, timing, 6).failureThreshold).to.equal(6);
  });

  it("gives a startup probe a period of a second until its limit", () => {
    expect(startupProbe(http)).to.deep.equal({ ...http, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 180 });
    expect(startupProbe(http, 20).failureThreshold).to.equal(20);
  });

  it("runs a pod as its user, without a token or service links, with few DNS search look-ups", () => {
    expect(restrictedPod(999)).to.deep.equal({
      automountServiceAccountToken: false,
      dnsConfig: { options: [{ name: "ndots", value: "2" }] },
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 999,
        runAsGroup: 999,
        fsGroup: 999,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
    });
    expect(restrictedContainer.securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("gives each scratch path its own volume with a valid name and a limited size", () => {
    expect(scratch(["/tmp"], "128Mi")).to.deep.equal({
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: "128Mi" } }],
      volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
    });
    const path = fc
      .array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { minLength: 1, maxLength: 3 })
      .map((segments) => `/${segments.join("/")}`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 6 }), (paths) => {
        const { volumes, volumeMounts } = scratch(paths);
        expect(volumeMounts.map(({ mountPath }) => mountPath)).to.deep.equal(paths);
        expect(volumes.map(({ name }) => name)).to.deep.equal(volumeMounts.map(({ name }) => name));
        for (const { name } of volumes) expect(name).to.match(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
        expect(new Set(volumes.map(({ name }) => name))).to.have.length(paths.length);
      }),
    );
  });
});

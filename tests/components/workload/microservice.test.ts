import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { Microservice, type MicroserviceArgs } from "../../../components/workload/microservice.ts";
import type { Outsider } from "../../../components/network/network-policy.ts";
import { bounded } from "../../../components/workload/pod.ts";
import { breaches } from "../../../policies/rule.ts";
import { autoscaling } from "../../../policies/rules/autoscaling.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { environment, kubernetesObjects, object, objects, resource, workload } from "../../../render/objects.ts";
import { openConnections } from "../../../render/network.ts";
import { dependency, failure, run, serviceArgs as args, sizes, namespace } from "../../support/program.ts";
import { podFaults, rules } from "../../support/rules.ts";

const service = (more: Partial<MicroserviceArgs> = {}) => run(() => new Microservice("web", { ...args, ...more }));
const container = (resources: readonly RecordedResource[]) => workload(resources, "web").pod.containers[0]!;

describe("microservice", () => {
  let plain: RecordedResource[];
  before(async () => (plain = await service()));

  it("deploys its image, and sets its port in the environment", () => {
    expect(container(plain)).to.deep.include({
      name: "web",
      image: args.image,
      ports: [{ name: "http", containerPort: 8000 }],
      resources: bounded(sizes),
    });
    expect(environment(plain, "web")).to.deep.equal({ PORT: "8000" });
  });

  it("replaces pods one by one, without fewer than before", () => {
    expect(object(plain, "Deployment", "web").spec.strategy).to.deep.equal({
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    });
    expect(workload(plain, "web").pod.terminationGracePeriodSeconds).to.equal(45);
    expect(object(plain, "PodDisruptionBudget", "web").spec.maxUnavailable).to.equal(1);
  });

  it("leaves the number of replicas to its autoscaler", () => {
    expect(object(plain, "Deployment", "web").spec).to.not.have.property("replicas");
    expect(object(plain, "HorizontalPodAutoscaler", "web-hpa").spec).to.include({ minReplicas: 2, maxReplicas: 6 });
    expect(breaches([autoscaling], kubernetesObjects(plain))).to.deep.equal([]);
  });

  it("has a fixed number of replicas and no autoscaler when replicas are given", async () => {
    const fixed = await service({ scaling: { replicas: 3 } });
    expect(object(fixed, "Deployment", "web").spec.replicas).to.equal(3);
    expect(objects(fixed, "HorizontalPodAutoscaler")).to.be.empty;
  });

  it("is probed at /health and /ready with the given timing, or at the given paths", async () => {
    expect(container(plain).livenessProbe).to.deep.equal({
      httpGet: { path: "/health", port: "http" },
      initialDelaySeconds: 30,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    });
    expect(container(plain).readinessProbe).to.deep.equal({
      httpGet: { path: "/ready", port: "http" },
      initialDelaySeconds: 10,
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 3,
    });
    const other = container(await service({ healthPath: "/actuator/health", readyPath: "/up" }));
    expect(
      [other.startupProbe, other.livenessProbe, other.readinessProbe].map(({ httpGet }) => httpGet.path),
    ).to.deep.equal(["/actuator/health", "/actuator/health", "/up"]);
  });

  it("has a service account without a token", () => {
    expect(object(plain, "ServiceAccount", "web").automountServiceAccountToken).to.be.false;
    expect(workload(plain, "web").pod).to.include({ serviceAccountName: "web", automountServiceAccountToken: false });
  });

  it("spreads over nodes and zones when possible", () => {
    expect(
      workload(plain, "web").pod.topologySpreadConstraints.map(({ topologyKey, whenUnsatisfiable }) => [
        topologyKey,
        whenUnsatisfiable,
      ]),
    ).to.deep.equal([
      ["kubernetes.io/hostname", "ScheduleAnyway"],
      ["topology.kubernetes.io/zone", "ScheduleAnyway"],
    ]);
  });

  it("meets the rules", async () => {
    const used = await service({
      uses: [dependency("db", { secretEnv: { DATABASE_PASSWORD: "a-password-to-keep" } })],
    });
    for (const resources of [plain, used]) {
      const faults = [rules.frozenSelectors, rules.selecting, rules.referring, rules.kept].flatMap((rule) =>
        rule(resources),
      );
      expect([...podFaults(resources), ...faults]).to.deep.equal([]);
    }
  });
});

describe("microservice's Service", () => {
  const type = async (more: Partial<MicroserviceArgs>) => {
    const { metadata, spec } = object(await service(more), "Service", "web");
    return { type: spec.type, skipAwait: metadata.annotations?.["pulumi.com/skipAwait"], ports: spec.ports };
  };

  it("is a ClusterIP on the container's port, without a wait", async () => {
    expect(await type({})).to.deep.equal({
      type: "ClusterIP",
      skipAwait: "true",
      ports: [{ name: "http", port: 8000, targetPort: "http" }],
    });
  });

  it("has the given port, also in its address", async () => {
    const resources = await service({ servicePort: 80 });
    expect(object(resources, "Service", "web").spec.ports).to.deep.equal([
      { name: "http", port: 80, targetPort: "http" },
    ]);
    expect(resources.find(({ custom }) => !custom)!.outputs.url).to.equal("http://web.apps.svc.cluster.local:80");
  });

  it("waits only for a load balancer that gets an address", async () => {
    expect(await type({ serviceType: "NodePort" })).to.deep.include({ type: "NodePort", skipAwait: "true" });
    expect(await type({ serviceType: "LoadBalancer" })).to.deep.include({ type: "LoadBalancer", skipAwait: undefined });
    expect(await type({ serviceType: "LoadBalancer", awaitAddress: false })).to.deep.include({ skipAwait: "true" });
  });

  it("takes the given node port, which only a NodePort may have", async () => {
    const resources = await service({ serviceType: "NodePort", nodePort: 30080 });
    expect(object(resources, "Service", "web").spec.ports[0]!.nodePort).to.equal(30080);
    const error = await failure(() => new Microservice("web", { ...args, nodePort: 30080 }));
    expect(error.message).to.equal('web: a nodePort needs the serviceType "NodePort".');
  });

  it("refuses a name that cannot be part of an address", async () => {
    const error = await failure(() => new Microservice("web_page", args));
    expect(error.message).to.include("Microservice web_page: its name is part of its address");
  });

  it("opens only to the named clients", async () => {
    const uses = [dependency("elsewhere", { destinations: [{ to: { cidr: "10.0.0.0/8" }, port: 443 }] })];
    const open = async (...openTo: Outsider[]) => openConnections(await service({ uses, openTo }));
    const out = "apps/web -> 10.0.0.0/8:443";
    expect(await open()).to.deep.equal([out]);
    expect(await open("anyone")).to.deep.equal(["anyone -> apps/web:8000", out]);
    expect(await open({ namespace: "proxies" }, { cidr: "192.0.2.0/24" })).to.deep.equal([
      "192.0.2.0/24 -> apps/web:8000",
      out,
      "namespace proxies -> apps/web:8000",
    ]);
  });

  it("limits its load balancer to the same addresses, and preserves the clients' addresses", async () => {
    const spec = async (serviceType: MicroserviceArgs["serviceType"], ...openTo: Outsider[]) => {
      const { externalTrafficPolicy, loadBalancerSourceRanges } = object(
        await service({ serviceType, openTo }),
        "Service",
        "web",
      ).spec;
      return [externalTrafficPolicy, loadBalancerSourceRanges];
    };
    const ranges = ["192.0.2.0/24", "2001:db8::/32"].map((cidr) => ({ cidr }));
    expect(await spec("LoadBalancer", ...ranges)).to.deep.equal(["Local", ["192.0.2.0/24", "2001:db8::/32"]]);
    expect(await spec("LoadBalancer", "anyone")).to.deep.equal([undefined, undefined]);
    expect(await spec("NodePort", ...ranges)).to.deep.equal(["Local", undefined]);
    expect(await spec("NodePort", "anyone")).to.deep.equal([undefined, undefined]);
    expect(await spec("ClusterIP", ...ranges)).to.deep.equal([undefined, undefined]);
  });
});

describe("microservice's edges", () => {
  const database = dependency("postgres", {
    env: { DATABASE_HOST: "db" },
    secretEnv: { DATABASE_PASSWORD: "a-password-to-keep" },
    destinations: [
      { to: { namespace: namespace("data"), labels: { "app.kubernetes.io/name": "postgres" } }, port: 5432 },
    ],
  });

  it("set variables, refer to secrets, and make network policies", async () => {
    const resources = await service({ uses: [database], env: { LOG_LEVEL: "info" } });
    expect(environment(resources, "web")).to.deep.equal({
      PORT: "8000",
      LOG_LEVEL: "info",
      DATABASE_HOST: "db",
      DATABASE_PASSWORD: "a-password-to-keep",
    });
    expect(Object.keys(object(resources, "ConfigMap", "web").data)).to.have.members([
      "PORT",
      "LOG_LEVEL",
      "DATABASE_HOST",
    ]);
    const { metadata } = object(resources, "Secret", "web");
    expect(container(resources).env).to.deep.equal([
      { name: "DATABASE_PASSWORD", valueFrom: { secretKeyRef: { name: metadata.name, key: "DATABASE_PASSWORD" } } },
    ]);
    expect(
      objects(resources, "NetworkPolicy").map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ).to.have.members(["apps/web-egress", "data/apps--web--to--postgres--5432"]);
  });

  it("make a new ConfigMap for a changed value, which starts a rolling update", async () => {
    const names = async (env: Record<string, string>) => {
      const resources = await service({ env });
      return [object(resources, "ConfigMap", "web").metadata.name, container(resources).envFrom[0]!.configMapRef.name];
    };
    const [before, referred] = await names({ A: "1" });
    expect(referred).to.equal(before);
    expect((await names({ A: "2" }))[0]).to.not.equal(before);
    expect(object(await service(), "ConfigMap", "web").immutable).to.be.true;
  });

  it("make only the pods wait", async () => {
    const resources = await run(() => {
      const needed = new k8s.core.v1.ConfigMap("needed", {});
      const earlier = new k8s.core.v1.ConfigMap("earlier", {});
      return new Microservice("web", {
        ...args,
        uses: [dependency("x", { readyWhen: [needed] })],
        startsAfter: [earlier],
      });
    });
    const awaited = [resource(resources, "ConfigMap", "needed").urn, resource(resources, "ConfigMap", "earlier").urn];
    expect(resource(resources, "Deployment", "web").dependencies).to.include.members(awaited);
    expect(resource(resources, "Service", "web").dependencies).to.not.include.members(awaited);
  });

  it("open the network before the pods start", async () => {
    const resources = await service({ uses: [database], openTo: ["anyone"] });
    const policies = ["web-egress", "web--to--data--postgres--5432", "web-public"].map(
      (name) => resource(resources, "NetworkPolicy", name).urn,
    );
    expect(resource(resources, "Deployment", "web").dependencies).to.include.members(policies);
  });

  it("give other services its address, order and network policy", async () => {
    const resources = await run(() => {
      const web = new Microservice("model-registry", { ...args, servicePort: 80 });
      return new Microservice("user", { ...args, uses: [web.http()] });
    });
    expect(environment(resources, "user").MODEL_REGISTRY_URL).to.equal(
      "http://model-registry.apps.svc.cluster.local:80",
    );
    expect(resource(resources, "Deployment", "user").dependencies).to.include(
      resource(resources, "Deployment", "model-registry").urn,
    );
    expect(
      object(resources, "NetworkPolicy", "user--to--apps--model-registry--8000").spec.ingress[0]!.ports,
    ).to.deep.equal([{ protocol: "TCP", port: 8000 }]);
    const { urn } = resources.find(({ custom, name }) => !custom && name === "model-registry")!;
    expect(resources.find(({ custom, name }) => !custom && name === "user")!.outputs.uses).to.deep.equal([
      { name: "model-registry", lazy: false, urn },
    ]);
  });

  it("set the variable that the consumer names", async () => {
    const resources = await run(
      () => new Microservice("user", { ...args, uses: [new Microservice("web", args).http({ as: "BACKEND" })] }),
    );
    expect(environment(resources, "user")).to.have.property("BACKEND");
  });

  it("are refused when they set the same variable, before a resource is made", async () => {
    const error = await failure(() => new Microservice("web", { ...args, uses: [database, database] }));
    expect(error.message).to.equal("web: both postgres and postgres set DATABASE_HOST; give one of them a prefix.");
  });
});

import { z } from "zod";
import type { Scaling } from "../../components/workload/autoscaler.ts";
import type { ProbeTiming, Resources } from "../../components/workload/pod.ts";
import { cpu, percent, size, wholeSeconds } from "../fields.ts";
import type { Issue } from "../issue.ts";
import { requestsWithinLimits } from "../resources.ts";

export const serviceNames = [
  "api-gateway",
  "training-orchestrator",
  "ml-engine",
  "query-parser",
  "model-registry",
  "prediction-service",
  "db-connector",
  "test-service",
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** How one microservice is sized and probed. */
export interface ServiceSettings extends Resources {
  readonly scaling: Scaling;
  readonly liveness: ProbeTiming;
  readonly readiness: ProbeTiming;
}

const probes = {
  liveness: { initialDelay: "30s", period: "10s", timeout: "5s" },
  readiness: { initialDelay: "10s", period: "5s", timeout: "3s" },
} as const;

const standard: Resources = { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } };
const memoryIntensive: Resources = {
  requests: { cpu: "250m", memory: "512Mi" },
  limits: { cpu: "500m", memory: "1Gi" },
};
const lightweight: Resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "250m", memory: "256Mi" } };

/** Sizes and probes that the specification of ChatDB gives. */
export const specifiedSizes: Record<ServiceName, ServiceSettings> = {
  "api-gateway": { ...probes, ...standard, scaling: { min: 2, max: 10, cpu: 70, memory: 80 } },
  "training-orchestrator": { ...probes, ...standard, scaling: { min: 2, max: 10, cpu: 70, memory: 80 } },
  "ml-engine": { ...probes, ...memoryIntensive, scaling: { min: 2, max: 8, cpu: 75, memory: 85 } },
  "query-parser": { ...probes, ...standard, scaling: { min: 2, max: 6, cpu: 70, memory: 80 } },
  "model-registry": { ...probes, ...standard, scaling: { min: 2, max: 6, cpu: 70, memory: 80 } },
  "prediction-service": { ...probes, ...standard, scaling: { min: 3, max: 15, cpu: 65, memory: 75 } },
  "db-connector": { ...probes, ...memoryIntensive, scaling: { min: 2, max: 8, cpu: 70, memory: 80 } },
  "test-service": { ...probes, ...lightweight, scaling: { min: 1, max: 3, cpu: 60, memory: 70 } },
};

const replicas = z.int().min(1);
const scaling = z
  .strictObject({
    min: replicas.describe("Replicas at least."),
    max: replicas.describe("Replicas at most."),
    cpu: percent.describe("CPU use, of the request, from which the autoscaler adds replicas."),
    memory: percent.describe("Memory use, of the request, from which the autoscaler adds replicas."),
  })
  .partial();
const amount = (meaning: string) =>
  z
    .strictObject({ cpu: cpu.describe(`CPU time ${meaning}.`), memory: size.describe(`Memory ${meaning}.`) })
    .partial()
    .describe(`CPU time and memory ${meaning}.`);
const timing = z
  .strictObject({
    initialDelay: wholeSeconds(0).describe("Time before the first probe."),
    period: wholeSeconds(1).describe("Time between two probes."),
    timeout: wholeSeconds(1).describe("Time that an answer may take."),
  })
  .partial();

const overrides = z
  .strictObject({
    scaling: scaling.describe("Bounds and targets of the autoscaler."),
    requests: amount("that the scheduler reserves"),
    limits: amount("that it may take"),
    liveness: timing.describe("The probe that restarts a pod."),
    readiness: timing.describe("The probe that lets requests through to a pod."),
  })
  .partial();

/** What a stack says about a service; the rest stays as it is. */
export type ServiceOverrides = z.infer<typeof overrides>;

/** Sizes and probes of the microservices, so far as they differ from the specification's. */
export const services = z
  .strictObject({
    defaults: overrides.describe("Sizes and probes of all microservices."),
    ...(Object.fromEntries(
      serviceNames.map((name) => [name, overrides.describe(`The same for ${name}, which wins over \`defaults\`.`)]),
    ) as Record<ServiceName, typeof overrides>),
  })
  .partial();

export type ServicesSettings = z.infer<typeof services>;

/** Size and probes of a service: the specification's, changed by `services.defaults`, then by `services.<name>`. */
export function serviceSettings(settings: ServicesSettings, name: ServiceName): ServiceSettings {
  return [settings.defaults ?? {}, settings[name] ?? {}].reduce<ServiceSettings>(
    (result, override) => ({
      scaling: { ...result.scaling, ...override.scaling },
      requests: { ...result.requests, ...override.requests },
      limits: { ...result.limits, ...override.limits },
      liveness: { ...result.liveness, ...override.liveness },
      readiness: { ...result.readiness, ...override.readiness },
    }),
    specifiedSizes[name],
  );
}

/** What does not fit together in the sizes of the services. */
export function servicesIssues(settings: ServicesSettings): Issue[] {
  return serviceNames.flatMap((name) => {
    const service = serviceSettings(settings, name);
    const { min, max } = service.scaling;
    const path = `services.${name}.scaling`;
    return [
      ...requestsWithinLimits(`services.${name}`, service),
      ...(min > max ? [{ path, message: `wants at least ${min} and at most ${max} replicas` }] : []),
    ];
  });
}

import type { Scaling } from "../../components/workload/autoscaler.ts";
import type { ProbeTiming, Resources } from "../../components/workload/pod.ts";

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

/** The figures of the service specification, where a stack says nothing else. */
export const builtIn: Record<ServiceName, ServiceSettings> = {
  "api-gateway": { ...probes, ...standard, scaling: { min: 2, max: 10, cpu: 70, memory: 80 } },
  "training-orchestrator": { ...probes, ...standard, scaling: { min: 2, max: 10, cpu: 70, memory: 80 } },
  "ml-engine": { ...probes, ...memoryIntensive, scaling: { min: 2, max: 8, cpu: 75, memory: 85 } },
  "query-parser": { ...probes, ...standard, scaling: { min: 2, max: 6, cpu: 70, memory: 80 } },
  "model-registry": { ...probes, ...standard, scaling: { min: 2, max: 6, cpu: 70, memory: 80 } },
  "prediction-service": { ...probes, ...standard, scaling: { min: 3, max: 15, cpu: 65, memory: 75 } },
  "db-connector": { ...probes, ...memoryIntensive, scaling: { min: 2, max: 8, cpu: 70, memory: 80 } },
  "test-service": { ...probes, ...lightweight, scaling: { min: 1, max: 3, cpu: 60, memory: 70 } },
};

type Partially<T> = { readonly [K in keyof T]?: T[K] extends object ? Partially<T[K]> : T[K] };

/** What a stack may say of a service; the rest stays as it is. */
export type ServiceOverrides = Partially<ServiceSettings>;

/** The built-in settings of a service, changed by each of `overrides` in turn, the last one winning. */
export function serviceSettings(name: ServiceName, ...overrides: ServiceOverrides[]): ServiceSettings {
  return overrides.reduce<ServiceSettings>(
    (settings, override) => ({
      scaling: { ...settings.scaling, ...override.scaling },
      requests: { ...settings.requests, ...override.requests },
      limits: { ...settings.limits, ...override.limits },
      liveness: { ...settings.liveness, ...override.liveness },
      readiness: { ...settings.readiness, ...override.readiness },
    }),
    builtIn[name],
  );
}

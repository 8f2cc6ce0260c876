import type { Connection, Dependency } from "../../components/network/connection.ts";
import type { MicroserviceArgs } from "../../components/workload/microservice.ts";
import type { NamespaceRef } from "../../components/workload/namespace-ref.ts";
import type { Resources } from "../../components/workload/pod.ts";
import { record, type RecordedResource, type RecordOptions } from "../../render/recorder.ts";

/** Runs a program as a stack and project named `test`, without configuration, and returns its resources. */
export function run(program: () => unknown, options: Partial<RecordOptions> = {}): Promise<RecordedResource[]> {
  return record({ stack: "test", project: "test", config: {}, ...options }, program);
}

/** Runs a program that must fail, and returns its error. */
export async function failure(program: () => unknown, options: Partial<RecordOptions> = {}): Promise<Error> {
  const resources = await run(program, options).catch((error: unknown) => error as Error);
  if (resources instanceof Error) return resources;
  throw new Error(`The program did not fail; it registered ${resources.length} resources.`);
}

/** Returns a namespace for components of a test. */
export function namespace(name: string): NamespaceRef {
  return { name, created: name, partOf: "test" };
}

/** Returns a dependency with the connection of a test. */
export function dependency(name: string, connection: Partial<Connection> = {}): Dependency {
  return { name, connect: () => ({ env: {}, secretEnv: {}, destinations: [], readyWhen: [], ...connection }) };
}

export const sizes: Resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } };

/** Arguments of a service without dependencies. A test replaces those that matter to it. */
export const serviceArgs: MicroserviceArgs = {
  namespace: namespace("apps"),
  image: "example.com/chatdb/web:1",
  port: 8000,
  scaling: { min: 2, max: 6, cpu: 70, memory: 80 },
  resources: sizes,
  liveness: { initialDelay: "30s", period: "10s", timeout: "5s" },
  readiness: { initialDelay: "10s", period: "5s", timeout: "3s" },
  uses: [],
};

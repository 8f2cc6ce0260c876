import type * as pulumi from "@pulumi/pulumi";
import type { Connection, Dependency } from "../../components/connection.ts";
import type { Resources } from "../../components/pod.ts";
import { record, type RecordedResource, type RecordOptions } from "../../render/recorder.ts";

/** What a program registers, run as a stack named `test` without any configuration. */
export function run(program: () => unknown, options: Partial<RecordOptions> = {}): Promise<RecordedResource[]> {
  return record({ stack: "test", config: {}, ...options }, program);
}

/** What a program fails with. */
export async function failure(program: () => unknown, options: Partial<RecordOptions> = {}): Promise<Error> {
  const resources = await run(program, options).catch((error: unknown) => error as Error);
  if (resources instanceof Error) return resources;
  throw new Error(`The program failed at nothing; it registered ${resources.length} resources.`);
}

/** Something to use, of which the test says what follows from it. */
export function dependency(name: string, connection: Partial<Connection> = {}): Dependency {
  return { name, connect: () => ({ env: {}, secretEnv: {}, destinations: [], readyWhen: [], ...connection }) };
}

/** Plain value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

export const sizes: Resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } };

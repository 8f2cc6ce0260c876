import type * as pulumi from "@pulumi/pulumi";
import type { NamespaceRef } from "../workload/namespace-ref.ts";

/** Pods of the program, as a network policy selects them. */
export interface Peer {
  readonly namespace: NamespaceRef;
  readonly labels: Record<string, string>;
}

/** Pods that are no part of the program: policies of their own decide what they let in. */
export interface ForeignPeer {
  readonly namespace: string;
  readonly labels: Record<string, string>;
}

/** Addresses outside of the cluster, in CIDR notation. */
export interface AddressRange {
  readonly cidr: string;
  /** Ranges within it that stay closed. Default: none. */
  readonly except?: readonly string[];
}

/** Where packets of a connection go. */
export interface Destination {
  readonly to: Peer | ForeignPeer | AddressRange;
  readonly port: number;
}

/** A workload that uses something. */
export interface Consumer extends Peer {
  /** DNS label; becomes the name of the role, user or principal at the other end. */
  readonly name: string;
}

/**
 * One use of one thing by one consumer, and everything that follows from it: startup order, environment and network
 * policies.
 */
export interface Connection {
  /** Variables of the container, which everybody may read. */
  readonly env: Record<string, pulumi.Input<string>>;
  /** Variables of the container, from a Secret in the consumer's namespace. */
  readonly secretEnv: Record<string, pulumi.Input<string>>;
  /** Places that network policies open for the consumer. */
  readonly destinations: Destination[];
  /** Resources that must be ready before the consumer's pods are created. */
  readonly readyWhen: pulumi.Resource[];
  /** Withdraws the login that the consumer used before, once `running`, which has the new one, is ready. */
  readonly retire?: (running: pulumi.Resource) => void;
}

/** Something that a workload can use. */
export interface Dependency {
  /** Name of the component, as the dependency graph shows it. */
  readonly name: string;
  /** Whether the consumer tolerates its absence, so that startup does not wait for it. Default false. */
  readonly lazy?: boolean;
  /** The component, which distinguishes things of the same name. Default: none, it is no part of the program. */
  readonly component?: pulumi.Resource;
  /**
   * Makes the connection of one consumer. It registers resources under the component, such as a password and the Job
   * that makes the user, and does so even after the component's `registerOutputs`. Call it once for each consumer.
   */
  connect(consumer: Consumer): Connection;
}

/** The same dependency without the wait, for peers of one startup layer that connect when they need each other. */
export function lazily(dependency: Dependency): Dependency {
  return {
    ...dependency,
    lazy: true,
    connect: (consumer) => ({ ...dependency.connect(consumer), readyWhen: [] }),
  };
}

/**
 * Merges all connections of a consumer into one.
 * @throws Error if two of them set the same variable.
 */
export function connectAll(consumer: Consumer, dependencies: readonly Dependency[]): Required<Connection> {
  const env: Connection["env"] = {};
  const secretEnv: Connection["secretEnv"] = {};
  const origin = new Map<string, string>();
  const connections = dependencies.map((dependency) => {
    const connection = dependency.connect(consumer);
    for (const variable of [...Object.keys(connection.env), ...Object.keys(connection.secretEnv)]) {
      const other = origin.get(variable);
      if (other !== undefined) {
        throw new Error(
          `${consumer.name}: both ${other} and ${dependency.name} set ${variable}; give one of them a prefix.`,
        );
      }
      origin.set(variable, dependency.name);
    }
    Object.assign(env, connection.env);
    Object.assign(secretEnv, connection.secretEnv);
    return connection;
  });
  return {
    env,
    secretEnv,
    destinations: connections.flatMap((connection) => connection.destinations),
    readyWhen: connections.flatMap((connection) => connection.readyWhen),
    retire: (running) => connections.forEach((connection) => connection.retire?.(running)),
  };
}

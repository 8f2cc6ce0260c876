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

/** Who uses something: its name becomes the role, user or principal at the other side. */
export interface Consumer extends Peer {
  readonly name: string;
}

/**
 * One use of one thing by one consumer, and everything that follows from it: what to wait for,
 * what to put into the environment, and what the network has to let through.
 */
export interface Connection {
  readonly env: Record<string, pulumi.Input<string>>;
  /** Goes into a Secret in the consumer's namespace and reaches the container by secretKeyRef. */
  readonly secretEnv: Record<string, pulumi.Input<string>>;
  readonly destinations: Destination[];
  /** The consumer's pods are created only when all of these are ready. */
  readonly readyWhen: pulumi.Resource[];
  /** Withdraws what the consumer used before, once what runs with this connection is ready. */
  readonly retire?: (running: pulumi.Resource) => void;
}

/** Something that can be used; using it makes a {@link Connection} (and, say, a database role) for the consumer. */
export interface Dependency {
  /** Name of the component that stands behind it, as the dependency graph shows it. */
  readonly name: string;
  /** The consumer tolerates its absence, so startup does not wait for it. */
  readonly lazy?: boolean;
  /** The component itself, which tells things of the same name apart. Default: none, it is no part of the program. */
  readonly component?: pulumi.Resource;
  /**
   * Makes the connection of one consumer. It may register resources, a login and the Job that makes it known to the
   * server, say, so a consumer calls it once: before its own resources, which wait for these.
   */
  connect(consumer: Consumer): Connection;
}

/** The same dependency without the wait: for peers of one startup layer that find each other when needed. */
export function lazily(dependency: Dependency): Dependency {
  return {
    ...dependency,
    lazy: true,
    connect: (consumer) => ({ ...dependency.connect(consumer), readyWhen: [] }),
  };
}

/**
 * All of a consumer's connections as one.
 * @throws Error where two of them want different things of the same environment variable.
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

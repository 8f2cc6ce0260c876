import type * as pulumi from "@pulumi/pulumi";

/** Pods, as a network policy names them. */
export interface Peer {
  readonly namespace: pulumi.Input<string>;
  readonly labels: Record<string, string>;
}

/** Where packets of a connection go: pods of this cluster, or addresses outside of it. */
export interface Destination {
  readonly to: Peer | { readonly cidr: string; readonly except?: readonly string[] };
  readonly port: number;
  /** Pods of somebody else: what they let in is for policies of their own to say. Default false. */
  readonly foreign?: boolean;
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
  connect(consumer: Consumer): Connection;
}

/** The same dependency without the wait: for peers of one startup layer that find each other when needed. */
export function lazily(dependency: Dependency): Dependency {
  return {
    name: dependency.name,
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

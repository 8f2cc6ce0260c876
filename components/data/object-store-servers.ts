import * as pulumi from "@pulumi/pulumi";
import { administrator } from "./administrator.ts";
import type { Destination } from "../network/connection.ts";
import { selector } from "../workload/labels.ts";
import { probe, startupProbe } from "../workload/pod.ts";
import type { Size } from "../workload/quantities.ts";
import { governingService, serverArgs, StatefulService, type ServerArgs } from "../workload/stateful-service.ts";

/** An object store and its administrator: what a Job needs to make buckets and users. */
export interface S3Endpoint {
  readonly endpoint: pulumi.Input<string>;
  readonly region: string;
  readonly adminAccessKeyId: pulumi.Input<string>;
  readonly adminSecretAccessKey: pulumi.Input<string>;
  /** Whether each consumer has a user of its own; otherwise all share the administrator's key. */
  readonly managesUsers: boolean;
  readonly destination: Destination;
  readonly readyWhen: pulumi.Resource[];
}

export interface ObjectStoreServersArgs extends ServerArgs {
  /** Image of MinIO, or of a server with the same command line and variables. */
  readonly image: string;
  /**
   * One server with all of the data, or four with a drive each. Default 1. With one of four away everything works; with
   * two away, objects can be read and not written. The formats differ: a store with data cannot change the number.
   */
  readonly servers?: 1 | 4;
  /**
   * Size of each server's volume; of four servers, half of the total holds data. Changing it replaces the StatefulSet.
   */
  readonly storage: Size;
}

const apiPort = 9000;
const consolePort = 9001;
const dataPath = "/data";

/** Deploys the servers of an object store in a StatefulSet of their own. */
export function objectStoreServers(name: string, args: ObjectStoreServersArgs, parent: pulumi.Resource): S3Endpoint {
  const adminUser = `${name}-admin`;
  const { password, passwordRef } = administrator(name, { ...args, length: 40 }, parent);
  const replicas = args.servers ?? 1;
  const self = { to: { namespace: args.namespace, labels: selector(name) }, port: apiPort };
  const health = (path: string) => ({ httpGet: { path: `/minio/health/${path}`, port: "s3" } });
  const timing = { initialDelay: "0s", period: "5s", timeout: "3s" } as const;
  const service = new StatefulService(
    name,
    {
      ...serverArgs(args),
      image: args.image,
      uid: 1000,
      replicas,
      ports: { s3: apiPort, console: consolePort },
      dataPath,
      scratchPaths: ["/tmp"],
      quorum: replicas > 1,
      peers: replicas > 1 ? [self] : [],
      container: {
        args: ["server", drives(name, args), "--console-address", `:${consolePort}`],
        env: [
          { name: "HOME", value: "/tmp" },
          { name: "MINIO_ROOT_USER", value: adminUser },
          { name: "MINIO_ROOT_PASSWORD", valueFrom: passwordRef },
        ],
        startupProbe: startupProbe(health("ready")),
        readinessProbe: probe(health("ready"), timing),
        livenessProbe: probe(health("live"), timing, 6),
      },
    },
    { parent },
  );
  return {
    endpoint: pulumi.interpolate`http://${service.host}:${apiPort}`,
    region: "us-east-1",
    adminAccessKeyId: adminUser,
    adminSecretAccessKey: password,
    managesUsers: true,
    destination: self,
    readyWhen: service.ready,
  };
}

/**
 * Place of the data: a directory, or one drive of each server, which make an erasure set with two drives of parity:
 * https://github.com/minio/minio/blob/master/docs/erasure/storage-class/README.md.
 */
function drives(name: string, { servers = 1, namespace }: ObjectStoreServersArgs): string {
  if (servers === 1) return dataPath;
  return `http://${name}-{0...${servers - 1}}.${governingService(name)}.${namespace.name}.svc.cluster.local:${apiPort}${dataPath}`;
}

import * as pulumi from "@pulumi/pulumi";
import { administrator } from "./administrator.ts";
import type { Destination } from "../network/connection.ts";
import { selector } from "../workload/labels.ts";
import { probe, startupProbe } from "../workload/pod.ts";
import type { Size } from "../workload/quantities.ts";
import { governingService, StatefulService, type ServerArgs } from "../workload/stateful-service.ts";

/** Where an object store is and who administers it: what making buckets and users on it needs. */
export interface S3Endpoint {
  readonly endpoint: pulumi.Input<string>;
  readonly region: string;
  readonly adminAccessKeyId: pulumi.Input<string>;
  readonly adminSecretAccessKey: pulumi.Input<string>;
  readonly managesUsers: boolean;
  readonly destination: Destination;
  readonly readyWhen: pulumi.Resource[];
}

export interface ObjectStoreServersArgs extends ServerArgs {
  /** Image of MinIO's contract. */
  readonly image: string;
  /**
   * One server with all of the data, or four with a drive each. Of four, one may be away and everything still works; with two away,
   * objects can be read and not written. Default 1. The format of the drives differs: a store with data cannot go from one to the other.
   */
  readonly servers?: 1 | 4;
  /** Of each server; of four, half of it all holds data. See {@link ServerArgs}. */
  readonly storage: Size;
}

const apiPort = 9000;
const consolePort = 9001;
const dataPath = "/data";

/** Servers of the object store in a StatefulSet of their own. */
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
      ...args,
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
 * Where the data is: a directory, or one drive of each server, which makes an erasure set. Of four drives two hold parity by default:
 * https://github.com/minio/minio/blob/master/docs/erasure/storage-class/README.md.
 */
function drives(name: string, { servers = 1, namespace }: ObjectStoreServersArgs): string {
  if (servers === 1) return dataPath;
  return `http://${name}-{0...${servers - 1}}.${governingService(name)}.${namespace.name}.svc.cluster.local:${apiPort}${dataPath}`;
}

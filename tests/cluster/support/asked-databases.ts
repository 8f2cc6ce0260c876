import { loadMongodb } from "@chatdb/sample-data/mongodb.ts";
import { loadMysql } from "@chatdb/sample-data/mysql.ts";
import { MongoClient } from "mongodb";
import mysql from "mysql2/promise";
import { apply, kubectl, kubectlJson, portForward, until, type Pod } from "./kubectl.ts";

/** Namespace of the databases, which are no part of ChatDB. */
const namespace = "chatdb-outside";

export const mysqlImage = "docker.io/library/mysql:8.4.7";
export const mongodbImage = "docker.io/library/mongo:8.0.16";

const password = crypto.randomUUID();

/** A data source, as `POST /api/datasources` takes it. */
export interface SourceDatabase {
  readonly name: string;
  readonly dialect: "mysql" | "mongodb";
  readonly host: string;
  readonly port: number;
  readonly database: "shop";
  readonly user: string;
  readonly password?: string;
  readonly tls: "disable";
}

/** Starts MySQL and MongoDB and fills them with the sample shop. */
export async function startSourceDatabases(): Promise<SourceDatabase[]> {
  await apply({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
  return Promise.all([startMysql(), startMongodb()]);
}

async function startMysql(): Promise<SourceDatabase> {
  const name = "asked-mysql";
  const port = 3306;
  const env = {
    MYSQL_ROOT_PASSWORD: crypto.randomUUID(),
    MYSQL_DATABASE: "shop",
    MYSQL_USER: "loader",
    MYSQL_PASSWORD: password,
  };
  const reader = `CREATE USER reader@'%' IDENTIFIED BY '${password}'; GRANT SELECT ON shop.* TO reader@'%';`;
  const host = await startDatabase(name, {
    image: mysqlImage,
    port,
    env,
    folders: ["/var/lib/mysql", "/run/mysqld"],
    atFirst: { "reader.sql": reader },
  });
  await by(name, port, async (forwarded) => {
    const loader = await mysql.createConnection({
      host: "127.0.0.1",
      port: forwarded,
      user: "loader",
      password,
      database: "shop",
    });
    try {
      await loadMysql(loader);
    } finally {
      await loader.end();
    }
  });
  return { name, dialect: "mysql", host, port, database: "shop", user: "reader", password, tls: "disable" };
}

/** Without users: the stand-in for the official image knows none. */
async function startMongodb(): Promise<SourceDatabase> {
  const name = "asked-mongodb";
  const port = 27017;
  const host = await startDatabase(name, {
    image: mongodbImage,
    port,
    env: {},
    folders: ["/data/db", "/data/configdb"],
  });
  await by(name, port, async (forwarded) => {
    const client = new MongoClient(`mongodb://127.0.0.1:${forwarded}`, { directConnection: true });
    try {
      await loadMongodb(client.db("shop"));
    } finally {
      await client.close();
    }
  });
  return { name, dialect: "mongodb", host, port, database: "shop", user: "", tls: "disable" };
}

interface Server {
  readonly image: string;
  readonly port: number;
  readonly env: Record<string, string>;
  /** Where it writes. */
  readonly folders: readonly string[];
  /** Files that it runs when it starts for the first time. */
  readonly atFirst?: Record<string, string>;
}

/** Runs a server in a pod, and returns the pod's address when it listens. Its files go with the pod. */
async function startDatabase(name: string, { image, port, env, folders, atFirst = {} }: Server): Promise<string> {
  await apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: atFirst });
  await apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: {
        runAsUser: 999,
        runAsGroup: 999,
        fsGroup: 999,
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name,
          image,
          imagePullPolicy: "IfNotPresent",
          env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
          readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          volumeMounts: [
            { name: "at-first", mountPath: "/docker-entrypoint-initdb.d" },
            ...folders.map((mountPath, number) => ({ name: `folder-${number}`, mountPath })),
          ],
        },
      ],
      volumes: [
        { name: "at-first", configMap: { name } },
        ...folders.map((_, number) => ({ name: `folder-${number}`, emptyDir: {} })),
      ],
    },
  });
  await kubectl("wait", `pod/${name}`, `--namespace=${namespace}`, "--for=condition=Ready", "--timeout=180s");
  const { status } = await kubectlJson<Pod>("get", `pod/${name}`, `--namespace=${namespace}`);
  return status.podIP!;
}

/** Works with a server through a port-forward; it may listen a moment before it accepts logins. */
async function by(name: string, port: number, work: (forwarded: number) => Promise<void>): Promise<void> {
  const forward = await until(`a way to ${name}`, 60, () => portForward(namespace, `pod/${name}`, port));
  try {
    await work(Number(new URL(forward.url).port));
  } finally {
    forward.close();
  }
}

/** Deletes them. */
export async function stopSourceDatabases(): Promise<void> {
  await kubectl("delete", "namespace", namespace, "--ignore-not-found");
}

import { Cron } from "croner";
import { z } from "zod";
import {
  bytes,
  cpuPattern,
  durationPattern,
  seconds,
  sizePattern,
  type Cpu,
  type Duration,
  type Size,
} from "../components/workload/quantities.ts";
import { serviceNames } from "./chatdb/sizes.ts";

const size = z.custom<Size>(
  (value) => typeof value === "string" && sizePattern.test(value),
  'must be a size such as "512Mi" or "10Gi"',
);
const cpu = z.custom<Cpu>(
  (value) => typeof value === "string" && cpuPattern.test(value),
  'must be CPU time such as "250m" or "2", in quotes',
);
/** Kubernetes times probes in whole seconds; it reads a period or timeout of none as its own default. */
const wholeSeconds = (least: number) =>
  z.custom<Duration>(
    (value) =>
      typeof value === "string" &&
      durationPattern.test(value) &&
      Number.isInteger(seconds(value as Duration)) &&
      seconds(value as Duration) >= least,
    `must be a time in whole seconds such as "30s" or "5m"${least > 0 ? `, at least "${least}s"` : ""}`,
  );
const cronCharacters = /^([\d*/, -]|sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+$/i;
/** What Kubernetes understands, without macros such as @daily; `L` and `#` are no part of it, though croner knows them. Empty for never. */
const cron = z.string().refine((text) => {
  if (text === "") return true;
  if (!cronCharacters.test(text)) return false;
  try {
    return new Cron(text, { mode: "5-part", paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}, 'must be five fields of cron that come true some day, such as "0 */6 * * *"');
const percent = z.int().min(1).max(100);
const port = z.int().min(1).max(65535);
const range = z.union([z.cidrv4(), z.cidrv6()], 'must be a range of addresses such as "10.0.0.0/16"');
const cidr = range.default("0.0.0.0/0");
const dnsName = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "must be a host name in lower case");
const image = z
  .string()
  .regex(
    /^[^\s@]+(@sha256:[0-9a-f]{64})?$/,
    "must be an image such as docker.io/library/postgres:18.1, its digest appended or not (@sha256:...)",
  );
const databasePorts = { postgresql: 5432, mysql: 3306, mongodb: 27017 };
const ssl = z.enum(["require", "disable"]).default("require");

const timing = z.strictObject({ initialDelay: wholeSeconds(0), period: wholeSeconds(1), timeout: wholeSeconds(1) });
const requests = z.strictObject({ cpu, memory: size });
const sized = { requests, limits: requests, storage: size };

const serviceOverrides = z
  .strictObject({
    scaling: z.strictObject({ min: z.int().min(1), max: z.int().min(1), cpu: percent, memory: percent }).partial(),
    requests: requests.partial(),
    limits: requests.partial(),
    liveness: timing.partial(),
    readiness: timing.partial(),
  })
  .partial();

/** An object, or `{}` for "none": Pulumi.yaml cannot declare an object that may be absent. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (isEmpty(value) ? undefined : value), schema.optional());
const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;

const ingress = z.strictObject({
  host: dnsName,
  kind: z.enum(["ingress", "gateway"]).default("ingress"),
  class: z.string().min(1).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  tls: optional(z.strictObject({ issuer: dnsName.optional(), secret: dnsName.default("api-gateway-tls") })),
  gateway: optional(
    z.strictObject({
      name: dnsName,
      namespace: dnsName,
      listener: dnsName.optional(),
      https: z.boolean().default(true),
    }),
  ),
  ports: optional(z.strictObject({ http: port, https: port })),
  controllerNamespace: dnsName.optional(),
  proxies: z.int().min(1).max(9).default(1),
});

const oidc = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .refine(isPrivateEnough, "must be an https address: keys that come over http could be anyone's"),
  audience: z.string().min(1),
  scopes: optional(z.strictObject({ read: z.string().min(1).optional(), write: z.string().min(1).optional() })),
  scopeClaim: z.string().min(1).default("scope"),
  clientId: z.string().min(1).optional(),
  cidr,
});

const llm = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !/[@?#]/.test(url),
      "must be an address without a login, query or fragment, such as https://llm.example.com/v1",
    ),
  model: z.string().min(1),
  pods: optional(
    z.strictObject({
      labels: z
        .record(z.string().min(1), z.string())
        .refine((labels) => !isEmpty(labels), "must name at least one label"),
      port: port.optional(),
    }),
  ),
  cidr: range.optional(),
  timeout: wholeSeconds(1)
    .refine((time) => seconds(time) <= 30, 'must be at most "30s": people wait for it')
    .default("8s"),
  concurrency: z.int().min(1).max(1000).default(4),
  samples: z.boolean().default(true),
  suggestOnly: z.boolean().default(false),
});

/** Inside of the cluster http will do. */
function isPrivateEnough(url: string): boolean {
  return /^https:|^http:\/\/[^/:@]+\.svc(\.cluster\.local)?([:/]|$)/.test(url);
}

const apiServer = z.strictObject({ cidr, ports: z.array(port).min(1).default([443, 6443]) });

const postgresCluster = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$/, "must be a name of at most 50 lower-case letters, digits and -")
    .default("postgres"),
  uid: z.int().min(1).default(999),
  operatorNamespace: dnsName.default("cnpg-system"),
  apiServer: apiServer.prefault({}),
  archive: optional(
    z.strictObject({
      retention: z
        .string()
        .regex(/^[1-9][0-9]*[dwm]$/, "must be a number of days, weeks or months such as 30d")
        .default("30d"),
      schedule: z
        .string()
        .regex(/^(\S+ ){5}\S+$/, 'must be six fields, seconds first, such as "0 0 2 * * *"')
        .default("0 0 2 * * *"),
    }),
  ),
  recovery: optional(
    z.strictObject({ from: z.string().min(1), targetTime: z.iso.datetime({ offset: true }).optional() }),
  ),
});

const training = z.strictObject({
  jobsAtATime: z.int().min(1).max(1000).default(16),
  jobsPerEngine: z.int().min(1).max(100).default(2),
  memoryPerJob: size
    .refine((memory) => bytes(memory) >= bytes("64Mi"), 'must be at least "64Mi": the program itself needs some')
    .default("192Mi"),
  checkpointEvery: wholeSeconds(1).default("5s"),
  unheardFor: wholeSeconds(60).default("10m"),
  keepJobs: wholeSeconds(0)
    .refine((time) => seconds(time) === 0 || seconds(time) >= 3600, 'must be at least "1h", or "0s" for good')
    .default("90d"),
  artifactGrace: wholeSeconds(60).default("1h"),
});

/** Every setting of ChatDB, by the same name as in `Pulumi.yaml`. */
export const settings = z.strictObject({
  postgresImage: image,
  kafkaImage: image,
  objectStoreImage: image,
  postgres: z.strictObject(sized),
  postgresInstances: z.int().min(1).max(9),
  postgresCluster,
  kafka: z.strictObject({ ...sized, heap: size, jvmOptions: z.string().optional() }),
  kafkaBrokers: z.int().min(1).max(9),
  objectStore: z.strictObject(sized),
  objectStoreServers: z.literal([1, 4], "must be 1 or 4"),
  externalPostgres: optional(
    z.strictObject({ host: dnsName, port: port.default(5432), adminUser: z.string().min(1), ssl, cidr }),
  ),
  externalKafka: optional(
    z.strictObject({
      bootstrapServers: z.array(z.string().regex(/^[^:\s]+:\d+$/, "must be host:port")).min(1),
      cidr,
      replicationFactor: z.int().min(1).default(3),
      tls: z.boolean().default(false),
      username: z.string().min(1).optional(),
      mechanism: z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]).default("SCRAM-SHA-512"),
    }),
  ),
  externalObjectStore: optional(
    z.strictObject({
      endpoint: z.url(),
      region: z.string().default("us-east-1"),
      cidr,
      bucketPrefix: z.string().default(""),
    }),
  ),
  backup: z.strictObject({
    schedule: cron,
    keep: wholeSeconds(3600),
    storage: size.optional(),
  }),
  dataSources: z.record(
    z.string().regex(/^[a-z][a-z0-9_]*$/, "must be a name of lower-case letters, digits and _"),
    z
      .strictObject({
        dialect: z.enum(["postgresql", "mysql", "mongodb"]).default("postgresql"),
        host: dnsName,
        port: port.optional(),
        database: z.string().min(1),
        user: z.string().min(1),
        ssl: z.enum(["require", "disable", "verify"]).default("require"),
        cidr,
      })
      .transform((source) => ({ ...source, port: source.port ?? databasePorts[source.dialect] })),
  ),
  addedDataSources: z.strictObject({
    ranges: z.array(range).default([]),
    except: z.array(range).default([]),
    ports: z.array(port).min(1).default(Object.values(databasePorts)),
    secret: dnsName.optional(),
  }),
  webDatasets: z.strictObject({
    ranges: z.array(range).default([]),
    except: z.array(range).default([]),
    ports: z.array(port).min(1).default([443, 80]),
  }),
  training,
  sampleData: z.boolean(),
  testService: z.boolean(),
  serviceDefaults: serviceOverrides,
  services: z.partialRecord(z.enum(serviceNames), serviceOverrides),
  gatewayServiceType: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]),
  gatewaySourceRanges: z.array(range),
  ingress: optional(ingress),
  oidc: optional(oidc),
  llm: optional(llm),
  rateLimit: optional(z.strictObject({ perMinute: z.int().min(1) })),
});

export type Settings = z.infer<typeof settings>;

/** Names of the settings that are secret, set by `pulumi config set --secret`. */
export const secretNames = [
  "externalPostgresPassword",
  "externalKafkaPassword",
  "externalObjectStoreAccessKeyId",
  "externalObjectStoreSecretAccessKey",
  "dataSourcePasswords",
  "llmKey",
] as const;

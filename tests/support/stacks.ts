import type { RecordedResource } from "../../render/recorder.ts";
import { recordStack, type StackOptions } from "../../render/stack.ts";

const secure = { secure: "v1:encrypted" };

/** Everything that can be elsewhere is elsewhere, and every feature is on. */
const external: StackOptions = {
  settings: {
    externalPostgres: { host: "pg.example.com", port: 6432, adminUser: "root", cidr: "10.1.0.0/16" },
    externalPostgresPassword: secure,
    externalKafka: {
      bootstrapServers: ["b-1.example.com:9094", "b-2.example.com:9094"],
      cidr: "10.2.0.0/16",
      tls: true,
      username: "chatdb",
    },
    externalKafkaPassword: secure,
    externalObjectStore: {
      endpoint: "https://s3.example.com",
      region: "eu-central-1",
      cidr: "10.3.0.0/16",
      bucketPrefix: "acme-",
    },
    externalObjectStoreAccessKeyId: secure,
    externalObjectStoreSecretAccessKey: secure,
    dataSources: { orders: { host: "orders.example.com", database: "orders", user: "reader", cidr: "10.4.0.0/16" } },
    dataSourcePasswords: { orders: secure },
    addedDataSources: {
      ranges: ["10.5.0.0/16"],
      except: ["10.5.9.0/24", "10.6.0.0/24"],
      ports: [3306],
      secret: "database-passwords",
    },
    webDatasets: { ranges: ["0.0.0.0/0", "10.8.0.0/16"], except: ["203.0.113.0/24"], ports: [443] },
    llm: { baseUrl: "https://llm.example.com/v1", model: "large", cidr: "10.7.0.0/16" },
    llmKey: secure,
    sampleData: true,
    testService: true,
    gatewayServiceType: "ClusterIP",
    ingress: { host: "chatdb.example.com", kind: "gateway", class: "eg", tls: { issuer: "letsencrypt" } },
  },
};

const options = { dev: ["dev", {}], prod: ["prod", {}], external: ["prod", external] } satisfies Record<
  string,
  [string, StackOptions]
>;

export type Variant = keyof typeof options;
export const variants = Object.keys(options) as Variant[];

const recordings = new Map<string, Promise<RecordedResource[]>>();

/** The whole program as each environment runs it, recorded once for all tests; in a preview, what is made up is unknown. */
export function recording(
  variant: Variant,
  { preview = false }: { preview?: boolean } = {},
): Promise<RecordedResource[]> {
  const key = `${variant} ${preview}`;
  const known = recordings.get(key);
  if (known) return known;
  const [stack, more] = options[variant] as [string, StackOptions];
  const made = recordStack(stack, { ...more, preview });
  recordings.set(key, made);
  return made;
}

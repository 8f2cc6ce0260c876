import type { RecordedResource } from "../../render/recorder.ts";
import { recordStack, type StackOptions } from "../../render/stack.ts";

const secure = { secure: "v1:encrypted" };

/** Settings with all external databases and stores, and with every feature. */
const external: StackOptions = {
  settings: {
    "chatdb:postgres.external": {
      host: "pg.example.com",
      port: 6432,
      adminUser: "root",
      adminPassword: secure,
      cidr: "10.1.0.0/16",
    },
    "chatdb:kafka.external": {
      bootstrapServers: ["b-1.example.com:9094", "b-2.example.com:9094"],
      cidr: "10.2.0.0/16",
      tls: true,
      login: { username: "chatdb", password: secure },
    },
    "chatdb:objectStore.external": {
      endpoint: "https://s3.example.com",
      region: "eu-central-1",
      cidr: "10.3.0.0/16",
      accessKeyId: secure,
      secretAccessKey: secure,
    },
    "chatdb:objectStore.bucketPrefix": "acme-",
    "chatdb:dataSources.configured": {
      orders: { host: "orders.example.com", database: "orders", user: "reader", password: secure, cidr: "10.4.0.0/16" },
    },
    "chatdb:dataSources.added": {
      ranges: ["10.5.0.0/16"],
      except: ["10.5.9.0/24", "10.6.0.0/24"],
      ports: [3306],
      secret: "database-passwords",
    },
    "chatdb:training.webDatasets": { ranges: ["0.0.0.0/0", "10.8.0.0/16"], except: ["203.0.113.0/24"], ports: [443] },
    "chatdb:llm": { baseUrl: "https://llm.example.com/v1", model: "large", cidr: "10.7.0.0/16" },
    "chatdb:llm.key": secure,
    "chatdb:dataSources.sample": true,
    "chatdb:testService": true,
    "chatdb:gateway.serviceType": "ClusterIP",
    "chatdb:gateway.ingress": {
      host: "chatdb.example.com",
      kind: "gateway",
      class: "eg",
      tls: { issuer: "letsencrypt" },
    },
  },
};

const options = { dev: ["dev", {}], prod: ["prod", {}], external: ["prod", external] } satisfies Record<
  string,
  [string, StackOptions]
>;

export type Variant = keyof typeof options;
export const variants = Object.keys(options) as Variant[];

const recordings = new Map<string, Promise<RecordedResource[]>>();

/** Records the whole program of an environment once for all tests. In a preview, generated values are unknown. */
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

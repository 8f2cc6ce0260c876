import { stackConfig } from "../../../config/project.ts";
import { settingKey, sharedNamespace } from "../../../config/setting-key.ts";
import { deployment, type Settings } from "../support/deployment.ts";

const { config: dev } = stackConfig("dev");
const ofDev = (...names: string[]) => Object.fromEntries(names.map((name) => [name, valueOf(dev[key(name)]!)]));
const key = (name: string) => settingKey(name === "allowedContexts" ? sharedNamespace : "chatdb", name);
const valueOf = (text: string): unknown => (/^[[{]/.test(text) ? JSON.parse(text) : text);

/**
 * Production as three small nodes take it: its replicas, brokers and policies, with images from this machine, the sizes of dev,
 * and as many replicas as make one of them expendable.
 */
const settings: Settings = {
  ...ofDev("allowedContexts", "postgresImage", "kafkaImage", "objectStoreImage", "postgres", "kafka", "objectStore"),
  imageRegistry: "localhost/platform",
  imageTag: "source",
  requireDigests: false,
  // The operator of a PostgreSQL cluster is not installed here, so one server has to do.
  postgresInstances: 1,
  rateLimit: {},
  protect: false,
  sampleData: true,
  testService: true,
  gatewayServiceType: "NodePort",
  serviceDefaults: {
    ...(JSON.parse(dev[key("serviceDefaults")]!) as object),
    scaling: { min: 2, max: 2 },
  },
};

/** ChatDB as it runs in production, on three nodes. */
export const stack = deployment("prod", settings);

/** The short form, for every change: a sample of each kind of fault. Set by `npm run test:cluster -- faults --short`. */
export const isShort = process.env.TEST_SHORT !== undefined;

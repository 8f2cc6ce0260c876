import { settingAt, stackConfig } from "../../../config/project.ts";
import { deployment, type Settings } from "../support/deployment.ts";

const dev = stackConfig("dev");
const ofDev = (...paths: string[]) => Object.fromEntries(paths.map((path) => [path, settingAt(dev, path)]));

/**
 * Production as three small nodes take it: its replicas, brokers and policies, with images from this machine, the sizes
 * of dev, and as many replicas as make one of them expendable. The operator of a PostgreSQL cluster is not installed
 * here, so one server has to do.
 */
const settings: Settings = {
  ...ofDev(
    "platform:allowedContexts",
    "chatdb:postgres",
    "chatdb:kafka",
    "chatdb:objectStore",
    "chatdb:services.defaults",
  ),
  "chatdb:kafka.brokers": 3,
  "chatdb:objectStore.servers": 4,
  "platform:imageRegistry": "localhost/platform",
  "platform:imageTag": "source",
  "platform:requireDigests": false,
  "chatdb:gateway.rateLimit": undefined,
  "platform:protect": false,
  "chatdb:dataSources.sample": true,
  "chatdb:testService": true,
  "chatdb:gateway.serviceType": "NodePort",
  "chatdb:services.defaults.scaling": { min: 2, max: 2 },
};

/** ChatDB as it runs in production, on three nodes. */
export const stack = deployment("prod", settings);

/**
 * The short form, for every change: a sample of each kind of fault. Set by `npm run test:cluster -- faults --short`.
 */
export const isShort = process.env.TEST_SHORT !== undefined;

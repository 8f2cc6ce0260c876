import * as pulumi from "@pulumi/pulumi";
import { clusterProvider } from "./config/cluster.ts";
import { guardDigests, imageReference } from "./config/images.ts";
import { readConfiguration } from "./config/index.ts";
import { ChatDb } from "./systems/chatdb/chatdb.ts";

const config = readConfiguration();
guardDigests(config);
const cluster = clusterProvider(config);

const chatdb = new ChatDb(
  "chatdb",
  { config, image: (name) => imageReference(config, name) },
  { providers: { kubernetes: cluster } },
);

/** How to reach the gateway from this machine in any case. */
export const portForward = chatdb.gateway.service.metadata.apply(
  ({ name, namespace }) => `kubectl --namespace ${namespace} port-forward service/${name} 8080:80`,
);

/** Address of the gateway; where the cluster gives none to the outside, that of the port-forward above. */
export const url = chatdb.url ?? "http://localhost:8080";

/** A first question. */
export const ask = pulumi.interpolate`curl -s ${url}/api/query -H 'content-type: application/json' -d '{"query": "how many customers are there in Germany?"}'`;

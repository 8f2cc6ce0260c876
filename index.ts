import { imageTag } from "./bin/image-tag.ts";
import { clusterProvider } from "./config/cluster.ts";
import { readConfiguration } from "./config/index.ts";
import { ChatDb } from "./systems/chatdb.ts";

const config = readConfiguration();
const cluster = clusterProvider(config);

const chatdb = new ChatDb(
  "chatdb",
  {
    config,
    image: (name) => `${config.imageRegistry}/${name}:${config.imageTag === "source" ? imageTag(name) : config.imageTag}`,
  },
  { providers: { kubernetes: cluster } },
);

/** Address of the gateway from outside of the cluster, where it has one. */
export const url = chatdb.url;

/** How to reach the gateway from this machine in any case. */
export const portForward = chatdb.gateway.service.metadata.apply(
  ({ name, namespace }) => `kubectl --namespace ${namespace} port-forward service/${name} 8080:80`,
);

/** A first question. */
export const ask = `curl -s localhost:8080/api/query -H 'content-type: application/json' -d '{"query": "how many customers are there in Germany?"}'`;

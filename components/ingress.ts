import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "./labels.ts";

export interface IngressArgs {
  readonly namespace: pulumi.Input<string>;
  readonly host: string;
  /** Default: the cluster's default class. */
  readonly className?: string;
  readonly service: k8s.core.v1.Service;
  /** Whether Pulumi waits for an address: without a controller that is ten minutes. Default true. */
  readonly awaitAddress?: boolean;
}

/** Routes all paths of a host name to a Service. */
export class Ingress extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chatdb:components:Ingress", name, {}, opts);
    const ingress = new k8s.networking.v1.Ingress(
      name,
      {
        metadata: {
          name,
          namespace: args.namespace,
          labels: labels(name, "ingress"),
          ...((args.awaitAddress ?? true) ? {} : { annotations: { "pulumi.com/skipAwait": "true" } }),
        },
        spec: {
          ingressClassName: args.className,
          rules: [
            {
              host: args.host,
              http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: args.service.metadata.name, port: { name: "http" } } } }] },
            },
          ],
        },
      },
      { parent: this },
    );
    this.url = ingress.metadata.apply(() => `http://${args.host}`);
    this.registerOutputs({ url: this.url });
  }
}

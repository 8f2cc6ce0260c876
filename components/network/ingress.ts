import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../workload/labels.ts";
import { routeAnnotations, type RouteArgs } from "./route.ts";

/**
 * A route as an Ingress, which any ingress controller serves. The controller decides whether it redirects HTTP to
 * HTTPS.
 *
 * @example
 * new Ingress("shop", { namespace, host: "shop.example.com", service: shop.service, tls: { issuer: "letsencrypt",
 * secret: "shop-tls" } });
 */
export class Ingress extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:network:Ingress", name, {}, opts);
    const { host, service, tls } = args;
    const annotations = {
      ...routeAnnotations(args),
      ...((args.awaitAddress ?? true) ? {} : { "pulumi.com/skipAwait": "true" }),
    };
    const ingress = new k8s.networking.v1.Ingress(
      name,
      {
        metadata: {
          name,
          namespace: args.namespace.created,
          labels: labels(name, "ingress", args.namespace),
          annotations,
        },
        spec: {
          ingressClassName: args.className,
          tls: tls && [{ hosts: [host], secretName: tls.secret }],
          rules: [
            {
              host,
              http: {
                paths: [
                  {
                    path: "/",
                    pathType: "Prefix",
                    backend: { service: { name: service.metadata.name, port: { name: "http" } } },
                  },
                ],
              },
            },
          ],
        },
      },
      { parent: this },
    );
    this.url = ingress.metadata.apply(() => `${tls ? "https" : "http"}://${host}`);
    this.registerOutputs({ url: this.url });
  }
}

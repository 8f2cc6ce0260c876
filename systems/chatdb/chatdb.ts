import * as pulumi from "@pulumi/pulumi";
import { encryptionKey } from "../../components/data/encryption-key.ts";
import { lazily } from "../../components/network/connection.ts";
import { identityProvider } from "../../components/network/identity-provider.ts";
import { Microservice, type MicroserviceArgs } from "../../components/workload/microservice.ts";
import { Priorities } from "../../components/workload/priorities.ts";
import { serviceSettings, type ServiceName } from "../../config/chatdb/services.ts";
import type { ChatDbSettings } from "../../config/chatdb/settings.ts";
import type { SystemArgs, SystemOutputs } from "../system.ts";
import { allowedRanges } from "./allowed-ranges.ts";
import { dataSources, fillSample, passwordFolder } from "./data-sources.ts";
import { gatewayEnvironment, trainingEnvironment } from "./environment.ts";
import { describeAccess, gatewayClients, publicUrl } from "./gateway.ts";
import type { Ground } from "./ground.ts";
import { createInfrastructure, type Infrastructure } from "./infrastructure.ts";
import { languageModels } from "./language-model.ts";
import { createNamespaces } from "./namespaces.ts";

type Wiring = Pick<MicroserviceArgs, "port" | "uses"> & Partial<MicroserviceArgs>;

/** The first layer of services. */
interface Foundation {
  readonly orchestrator: Microservice;
  readonly registry: Microservice;
  /** Resources that the later layers wait for. */
  readonly startsAfter: readonly pulumi.Resource[];
}

/**
 * ChatDB: infrastructure, eight microservices, and the edges between them.
 *
 * It starts in layers: infrastructure; orchestrator and registry; engine, parser, connector and prediction; gateway.
 * Most of that order follows from `uses`; where a layer has to wait for one that it does not use, `startsAfter` says
 * so.
 */
export class ChatDb extends pulumi.ComponentResource {
  readonly gateway: Microservice;
  /** Address of the gateway from outside of the cluster, where it has one. */
  readonly url: pulumi.Output<string> | undefined;
  /** What the stack says about ChatDB: its address, a port-forward, a first question. */
  readonly outputs: SystemOutputs;

  private readonly ground: Ground;

  constructor(name: string, args: SystemArgs<ChatDbSettings>, opts?: pulumi.ComponentResourceOptions) {
    super("platform:systems:ChatDb", name, {}, opts);
    const namespaces = createNamespaces(name, args.platform.protect, this);
    this.ground = { ...args, namespaces, priorities: new Priorities(name, { parent: this }), parent: this };
    const infrastructure = createInfrastructure(this.ground);
    const foundation = this.foundation(infrastructure);
    const connector = this.connector(infrastructure, foundation);
    const processing = this.processing(infrastructure, foundation, connector);
    this.gateway = this.apiGateway([foundation.orchestrator, ...processing, connector]);
    if (args.settings.testService) this.testService();
    this.url = publicUrl(this.ground, this.gateway);
    this.outputs = describeAccess(this.gateway, this.url);
    this.registerOutputs({ url: this.url });
  }

  private foundation({ postgres, kafka, objectStore }: Infrastructure): Foundation {
    const orchestrator = this.service("training-orchestrator", {
      port: 8000,
      uses: [
        postgres.database("training"),
        kafka.topics({
          "training-jobs": "publish",
          "training-events": "consume",
          "training-control": "publish",
          "training-dead-letters": "publish",
        }),
      ],
    });
    const registry = this.service("model-registry", {
      port: 8080,
      uses: [postgres.database("registry"), objectStore.buckets({ models: "read-write", datasets: "read-write" })],
    });
    return { orchestrator, registry, startsAfter: [...orchestrator.ready, ...registry.ready] };
  }

  private connector({ postgres }: Infrastructure, { startsAfter }: Foundation): Microservice {
    const { credentialRotation } = this.ground.platform;
    return this.service("db-connector", {
      port: 8081,
      healthPath: "/actuator/health",
      uses: dataSources(this.ground, postgres),
      ...encryptionKey("db-connector", "DATASOURCE_KEY", credentialRotation, this),
      secretFolder: passwordFolder(this.ground),
      startsAfter: [...startsAfter, ...fillSample(this.ground, postgres)],
    });
  }

  private processing(
    { kafka, objectStore }: Infrastructure,
    { registry, startsAfter }: Foundation,
    connector: Microservice,
  ): Microservice[] {
    const { webDatasets } = this.ground.settings.training;
    const engine = this.service("ml-engine", {
      port: 5000,
      uses: [
        kafka.topics({
          "training-jobs": "consume",
          "training-events": "publish",
          "training-control": "follow",
          "training-dead-letters": "publish",
          "query-events": "consume",
          "query-feedback": "consume",
        }),
        objectStore.buckets({ datasets: "read", feedback: "read-write", checkpoints: "read-write" }),
        registry.http(),
        lazily(connector.http()),
        ...(webDatasets.ranges.length > 0 ? [allowedRanges("web-datasets", "WEB_DATASETS", webDatasets)] : []),
      ],
      startsAfter,
    });
    const parser = this.service("query-parser", {
      port: 5001,
      uses: [
        kafka.topics({ "query-events": "publish", "query-feedback": "publish" }),
        lazily(connector.http()),
        lazily(registry.http()),
        ...languageModels(this.ground.settings.llm),
      ],
      startsAfter,
    });
    const prediction = this.service("prediction-service", { port: 8080, uses: [registry.http()], startsAfter });
    return [engine, parser, registry, prediction];
  }

  private apiGateway(services: readonly Microservice[]): Microservice {
    const { platform, settings } = this.ground;
    const { gateway } = settings;
    return this.service("api-gateway", {
      port: 8080,
      servicePort: 80,
      serviceType: gateway.serviceType,
      awaitAddress: platform.awaitLoadBalancer,
      openTo: gatewayClients(gateway),
      env: gatewayEnvironment(gateway),
      uses: [...services.map((service) => service.http()), ...(gateway.oidc ? [identityProvider(gateway.oidc)] : [])],
    });
  }

  private testService(): void {
    this.service("test-service", {
      namespace: this.ground.namespaces.testing,
      port: 8001,
      healthPath: "/",
      uses: [this.gateway.http({ as: "GATEWAY_URL" })],
    });
  }

  private service(name: ServiceName, wiring: Wiring): Microservice {
    const { platform, settings, namespaces, priorities, image } = this.ground;
    const { requests, limits, ...sizes } = serviceSettings(settings.services, name);
    const env = { LOG_LEVEL: platform.logLevel, ...trainingEnvironment(settings.training)[name], ...wiring.env };
    return new Microservice(
      name,
      {
        namespace: namespaces.services,
        image: image(`chatdb/${name}`),
        ...sizes,
        resources: { requests, limits },
        priorityClass: priorities.service,
        ...wiring,
        env,
      },
      { parent: this },
    );
  }
}

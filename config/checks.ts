import { bytes, millicores, type Cpu, type Size } from "../components/workload/quantities.ts";
import { accessIssues } from "./chatdb/access.ts";
import { languageModelIssues } from "./chatdb/language-model.ts";
import type { Issue } from "./issue.ts";
import type { Settings } from "./schema.ts";
import { serviceNames, serviceSettings, type ServiceSettings } from "./chatdb/sizes.ts";
import { trainingIssues } from "./chatdb/training.ts";

interface Sized {
  readonly requests: { readonly cpu: Cpu; readonly memory: Size };
  readonly limits: { readonly cpu: Cpu; readonly memory: Size };
}

/** What no single setting can say: how the settings fit together. */
export function crossChecks(settings: Settings): Issue[] {
  return [
    ...(["postgres", "kafka", "objectStore"] as const).flatMap((name) => requestsWithinLimits(name, settings[name])),
    ...serviceNames.flatMap((name) => {
      const service = serviceSettings(name, settings.serviceDefaults, settings.services[name] ?? {});
      return [
        ...requestsWithinLimits(`services.${name}`, service),
        ...replicaBounds(`services.${name}.scaling`, service),
      ];
    }),
    ...kafkaIssues(settings),
    ...postgresIssues(settings),
    ...dataSourceIssues(settings),
    ...webDatasetIssues(settings),
    ...trainingIssues(settings),
    ...accessIssues(settings),
    ...languageModelIssues(settings),
  ];
}

function requestsWithinLimits(path: string, { requests, limits }: Sized): Issue[] {
  const issues: Issue[] = [];
  if (millicores(requests.cpu) > millicores(limits.cpu)) {
    issues.push({
      path: `${path}.requests.cpu`,
      message: `asks for ${requests.cpu}, more than the limit of ${limits.cpu}`,
    });
  }
  if (bytes(requests.memory) > bytes(limits.memory)) {
    issues.push({
      path: `${path}.requests.memory`,
      message: `asks for ${requests.memory}, more than the limit of ${limits.memory}`,
    });
  }
  return issues;
}

function replicaBounds(path: string, { scaling: { min, max } }: ServiceSettings): Issue[] {
  return min > max ? [{ path, message: `wants at least ${min} and at most ${max} replicas` }] : [];
}

function kafkaIssues({ kafka, kafkaBrokers }: Settings): Issue[] {
  const issues: Issue[] = [];
  if (kafkaBrokers % 2 === 0) {
    issues.push({ path: "kafkaBrokers", message: `is ${kafkaBrokers}; a quorum needs an odd number` });
  }
  if (bytes(kafka.heap) > bytes(kafka.limits.memory) * 0.75) {
    issues.push({
      path: "kafka.heap",
      message: `is ${kafka.heap} of a memory limit of ${kafka.limits.memory}; leave a quarter or more for the rest of the process`,
    });
  }
  return issues;
}

function postgresIssues({ postgresInstances, postgresCluster: { name, archive, recovery } }: Settings): Issue[] {
  const issues: Issue[] = [];
  if (postgresInstances === 2) {
    issues.push({
      path: "postgresInstances",
      message: "is 2; with one of them away nothing could be written: take 1, or 3 or more",
    });
  }
  if (recovery && !archive) {
    issues.push({ path: "postgresCluster.recovery", message: "needs postgresCluster.archive, which it recovers from" });
  }
  if (recovery?.from === name) {
    issues.push({
      path: "postgresCluster.recovery.from",
      message: `is ${name}, the cluster's own name: give the new cluster another one`,
    });
  }
  return issues;
}

function webDatasetIssues({ webDatasets: { ranges, except } }: Settings): Issue[] {
  return ranges.length > 0 || except.length === 0
    ? []
    : [{ path: "webDatasets.except", message: "is of no use without ranges: jobs read no dataset from the web" }];
}

function dataSourceIssues({
  dataSources,
  sampleData,
  addedDataSources: { ranges, except, secret },
}: Settings): Issue[] {
  const useless = [...(except.length > 0 ? ["except"] : []), ...(secret === undefined ? [] : ["secret"])];
  const closed =
    ranges.length > 0
      ? []
      : useless.map((name) => ({
          path: `addedDataSources.${name}`,
          message: "is of no use without ranges: nobody can add data sources",
        }));
  const named =
    sampleData && "shop" in dataSources
      ? [
          {
            path: "dataSources.shop",
            message: "has the name of the sample database: choose another, or turn sampleData off",
          },
        ]
      : [];
  return [...named, ...closed];
}

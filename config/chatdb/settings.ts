import { z } from "zod";
import type { Issue } from "../issue.ts";
import type { SettingsDeclaration } from "../read-settings.ts";
import { requestsWithinLimits } from "../resources.ts";
import { dataSourceIssues, dataSources } from "./data-sources.ts";
import { gateway, gatewayIssues } from "./gateway.ts";
import { kafka, kafkaIssues } from "./kafka.ts";
import { languageModelIssues, llm } from "./language-model.ts";
import { objectStore } from "./object-store.ts";
import { postgres, postgresIssues } from "./postgres.ts";
import { renamedSettings } from "./renamed-settings.ts";
import { services, servicesIssues } from "./services.ts";
import { training, trainingIssues } from "./training.ts";

const schema = z.strictObject({
  postgres: postgres.prefault({}).describe("PostgreSQL."),
  kafka: kafka.prefault({}).describe("Kafka."),
  objectStore: objectStore.prefault({}).describe("The object store."),
  gateway: gateway.prefault({}).describe("The ways in, and who may come (docs/chatdb/access.md)."),
  dataSources: dataSources.prefault({}).describe("The databases that people ask."),
  training: training.prefault({}).describe("How models are trained (docs/operations.md)."),
  llm: llm
    .optional()
    .describe("A language model for the questions that the engine is not sure of (docs/chatdb/language-model.md)."),
  services: services.prefault({}).describe("Sizes and probes of the microservices."),
  testService: z
    .boolean()
    .default(true)
    .describe("Deploy the service that runs the integration scenarios against the gateway."),
});

export type ChatDbSettings = z.infer<typeof schema>;

/** What no single setting can say: how the settings fit together. */
function check(settings: ChatDbSettings): Issue[] {
  return [
    ...postgresIssues(settings.postgres),
    ...kafkaIssues(settings.kafka),
    ...requestsWithinLimits("objectStore", settings.objectStore),
    ...gatewayIssues(settings),
    ...dataSourceIssues(settings.dataSources),
    ...trainingIssues(settings),
    ...languageModelIssues(settings.llm),
    ...servicesIssues(settings.services),
  ];
}

/** Every setting of ChatDB: type, default and meaning. */
export const chatdbSettings: SettingsDeclaration<typeof schema> = {
  namespace: "chatdb",
  schema,
  check,
  renamed: renamedSettings,
};

import { createService as createGateway, type Deps } from "@chatdb/api-gateway/service.ts";
import { queryFeedback, type QueryFeedback } from "@chatdb/contracts/feedback.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { createService as createConnector } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import type { LanguageModelOptions } from "@chatdb/query-parser/language-model/options.ts";
import { createService as createParser } from "@chatdb/query-parser/service.ts";
import type { FastifyInstance } from "fastify";
import { startShop } from "./shop.ts";

/** Starts the services that answer questions, on the sample shop. */
export async function startQuestionStack({
  languageModel,
  ...access
}: Pick<Deps, "oidc"> & { languageModel?: LanguageModelOptions } = {}) {
  const log = createLogger("test", "silent");
  const shop = await startShop();
  const bus = createMemoryEventBus();
  const given: QueryFeedback[] = [];
  await bus.subscribe({
    group: "test",
    topics: [topics.queryFeedback],
    handle: ({ value }) => Promise.resolve(void given.push(queryFeedback.parse(value))),
  });
  const apps: FastifyInstance[] = [];
  const serve = async (creating: Promise<FastifyInstance>) => {
    const app = await creating;
    apps.push(app);
    return await app.listen({ host: "127.0.0.1", port: 0 });
  };
  const dbConnector = await serve(createConnector({ dataSources: [shop.settings], log }));
  const queryParser = await serve(createParser({ dbConnectorUrl: dbConnector, bus, languageModel, log }));
  const away = "http://127.0.0.1:1";
  const upstreams = {
    dbConnector,
    queryParser,
    trainingOrchestrator: away,
    mlEngine: away,
    modelRegistry: away,
    predictionService: away,
  };
  const url = await serve(createGateway({ upstreams, log, ...access }));
  return {
    url,
    shop,
    /** The published feedback. */
    given,
    async close() {
      for (const app of apps.reverse()) await app.close();
      await bus.close();
      await shop.close();
    },
  };
}

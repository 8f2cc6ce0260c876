import { parseRequest, parseResponse, type ParseRequest } from "@chatdb/contracts/query.ts";
import type { ModelReference } from "@chatdb/contracts/models.ts";
import type { EventBus } from "@platform/kit/event-bus.ts";
import { clientGone } from "@platform/kit/client-gone.ts";
import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { createServer } from "@platform/kit/server.ts";
import type { FastifyInstance } from "fastify";
import { registerFeedbackRoute } from "./feedback.ts";
import { LanguageModel } from "./language-model/language-model.ts";
import type { LanguageModelOptions } from "./language-model/options.ts";
import { readByModel } from "./language-model/second-reader.ts";
import { LearnedModels } from "./learned-models.ts";
import { Understanding } from "@chatdb/question-engine/understanding.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { parse, parsePlan, planFrom, type Parsed } from "@chatdb/question-engine/parse.ts";
import { QueryEvents } from "./query-events.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import { Schemas, type SchemasOptions } from "./schemas.ts";

export interface Deps extends SchemasOptions {
  /** The db-connector; it may be down until the first question. */
  dbConnectorUrl: string;
  /** The registry of learned models; it may be down. Default: no learned models. */
  modelRegistryUrl?: string;
  /** The interval in ms at which the registry is polled for newer models. Default half a minute. */
  newModelsMs?: number;
  bus: EventBus;
  /**
   * The language model for questions that the engine is not sure of. Default: none, so such questions get a
   * clarification.
   */
  languageModel?: LanguageModelOptions | undefined;
  /** Called after the service has stopped and its last event is on the bus. */
  release?: () => Promise<void>;
  log?: Logger;
}

/** Creates the service that turns questions in English into queries. */
export function createService(deps: Deps): Promise<FastifyInstance> {
  const {
    dbConnectorUrl,
    modelRegistryUrl,
    newModelsMs = 30_000,
    bus,
    languageModel,
    release,
    log = createLogger("query-parser"),
    ...options
  } = deps;
  const http = createHttpClient(dbConnectorUrl);
  const schemas = new Schemas(http, options);
  // The service is ready after the first poll, so that the first question already uses the learned model.
  const app = createServer({
    name: "query-parser",
    log,
    description: "Questions in English to SQL.",
    checks: { learnedModels: () => learned?.firstCheck ?? Promise.resolve() },
  });
  const registry = modelRegistryUrl === undefined ? undefined : createHttpClient(modelRegistryUrl, { timeoutMs: 2000 });
  const learned = registry && new LearnedModels({ registry, everyMs: newModelsMs, metrics: app.metrics, log });
  const events = new QueryEvents(bus, app.metrics, log);
  const model = languageModel && new LanguageModel(languageModel, app.metrics, log);
  app.addHook("onClose", async () => {
    await learned?.close();
    await events.settled();
    await Promise.all([http.close(), registry?.close(), model?.close()]);
    await release?.();
  });
  app.post(
    "/parse",
    { schema: { summary: "From a question to SQL", body: parseRequest, response: { 200: parseResponse } } },
    async ({ body }, reply) => {
      const request = { started: performance.now(), at: new Date().toISOString(), ...body };
      try {
        const datasource = (request.datasource ??= await schemas.only());
        const parsed = await parseWith({ schemas, learned, log }, datasource, body).catch(async (error: unknown) => {
          if (!model || !(error instanceof Refusal) || error.final) throw error;
          const index = await schemas.get(datasource);
          const before = body.follows === undefined ? undefined : planFrom(body.follows, index);
          return await readByModel(
            model,
            { question: body.query, index, now: new Date(), before },
            error,
            clientGone(reply),
          );
        });
        events.publish({ ...eventOf(request), outcome: "parsed", plan: parsed.plan });
        return { query: body.query, datasource, ...parsed };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        events.publish({ ...eventOf(request), outcome: error instanceof Refusal ? "refused" : "failed", reason });
        throw error instanceof Refusal ? problemOf(error, request) : error;
      }
    },
  );
  registerFeedbackRoute(app, schemas, bus);
  return Promise.resolve(app);
}

interface ParseDeps {
  schemas: Schemas;
  learned: LearnedModels | undefined;
  log: Logger;
}

const bundled = new Understanding();

/**
 * Parses a question; after a refusal it reads the schema again, at most once in a while, because unknown words may have
 * been added to the schema.
 */
async function parseWith(
  { schemas, learned, log }: ParseDeps,
  datasource: string,
  { query, plan, follows }: ParseRequest,
): Promise<Parsed & { learned_model?: ModelReference }> {
  const parseOn = (index: SchemaIndex) => {
    if (plan !== undefined) return parsePlan(plan, index);
    const before = follows === undefined ? undefined : planFrom(follows, index);
    const { understanding, model } = learned?.for(index) ?? { understanding: bundled };
    return {
      ...parse(query, understanding.of(index), undefined, before, understanding.ranker),
      ...(model ? { learned_model: model } : {}),
    };
  };
  const index = await schemas.get(datasource);
  try {
    return parseOn(index);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const fresh = await schemas.refresh(datasource).catch((err: unknown) => {
      log.warn({ err, datasource }, "the schema could not be read again");
      return undefined;
    });
    if (!fresh) throw error;
    return parseOn(fresh);
  }
}

const eventOf = ({ query, datasource, started, at }: ParseRequest & { started: number; at: string }) => ({
  query,
  ...(datasource === undefined ? {} : { datasource }),
  took_ms: performance.now() - started,
  at,
});

const problemOf = ({ message, words, hints, alternatives }: Refusal, { query, datasource }: ParseRequest) =>
  new Problem(
    alternatives.length > 0 ? chatdbProblems.clarificationNeeded : chatdbProblems.questionNotUnderstood,
    message,
    { query, datasource, words, hints, alternatives },
  );

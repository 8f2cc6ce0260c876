import { modelName, versionReference } from "@chatdb/contracts/models.ts";
import {
  modelSchema,
  predictBatchRequest,
  predictBatchResponse,
  predictRequest,
  predictResponse,
} from "@chatdb/contracts/predictions.ts";
import { clientGone } from "@platform/kit/client-gone.ts";
import type { App } from "@platform/kit/app.ts";
import { z } from "zod";
import type { ModelCache } from "./model-cache.ts";
import { predict, predictBatch } from "./predict.ts";
import { acceptPredictRequest, quickFirst } from "./quick-request.ts";

/** Upper limit of a batch's body, bytes: ten thousand rows of some hundred columns. */
const maxBatchBytes = 32 * 2 ** 20;

/** Answers are typed, so they are serialised without validation; their schemas are documentation. */
const unvalidatedAnswer = { serializerCompiler: () => (answer: unknown) => JSON.stringify(answer) };

export function addPredictRoutes(app: App, models: ModelCache): void {
  app.post(
    "/predict",
    {
      schema: { body: predictRequest, response: { 200: predictResponse } },
      validatorCompiler: quickFirst(acceptPredictRequest),
      ...unvalidatedAnswer,
    },
    async (request) => {
      const { model_name, version, features, explain } = request.body;
      return predict(await models.get(model_name, version), features, explain);
    },
  );

  app.post(
    "/predict/batch",
    {
      schema: { body: predictBatchRequest, response: { 200: predictBatchResponse } },
      bodyLimit: maxBatchBytes,
      ...unvalidatedAnswer,
    },
    async (request, reply) => {
      const { model_name, version, rows, explain } = request.body;
      return predictBatch(await models.get(model_name, version), rows, explain, clientGone(reply));
    },
  );

  const querystring = z.object({ model_name: modelName, version: versionReference.default("latest") });
  app.get("/predict/schema", { schema: { querystring, response: { 200: modelSchema } } }, async (request) => {
    const { model, schema } = await models.get(request.query.model_name, request.query.version);
    return { model, ...schema };
  });
}

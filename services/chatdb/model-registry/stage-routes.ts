import { limit, userHeader } from "@chatdb/contracts/common.ts";
import {
  comparison,
  modelName,
  modelVersion,
  stageChange,
  stageHistory,
  versionNumber,
  versionReference,
} from "@chatdb/contracts/models.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { compare } from "./compare-versions.ts";
import type { ModelStore } from "./model-store.ts";
import type { StageStore } from "./stage-store.ts";

/** Routes for stages: promotion, roll-back, their history, and the comparison of versions. */
export function addStageRoutes(app: App, models: ModelStore, stages: StageStore): void {
  const params = z.object({ name: modelName });
  const versioned = z.object({ name: modelName, version: z.coerce.number().pipe(versionNumber) });

  app.post(
    "/models/:name/:version/stage",
    { schema: { params: versioned, body: stageChange, response: { 200: modelVersion } } },
    async (request) => stages.change(request.params.name, request.params.version, request.body.stage, userOf(request)),
  );

  app.post("/models/:name/rollback", { schema: { params, response: { 200: modelVersion } } }, async (request) =>
    stages.rollBack(request.params.name, userOf(request)),
  );

  app.get(
    "/models/:name/history",
    { schema: { params, querystring: z.object({ limit }), response: { 200: stageHistory } } },
    async (request) => {
      const { name } = request.params;
      const changes = await stages.history(name, request.query.limit);
      if (!changes) throw new Problem(chatdbProblems.modelNotFound, `There is no model named "${name}".`);
      return { name, changes };
    },
  );

  const fromAndTo = z.object({ from: versionReference, to: versionReference });
  app.get(
    "/models/:name/compare",
    { schema: { params, querystring: fromAndTo, response: { 200: comparison } } },
    async (request) => {
      const {
        params: { name },
        query: { from, to },
      } = request;
      return compare(...(await Promise.all([models.find(name, from), models.find(name, to)])));
    },
  );
}

function userOf({ headers }: FastifyRequest): string | undefined {
  const user = headers[userHeader];
  return typeof user === "string" ? user : undefined;
}

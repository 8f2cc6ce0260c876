import { limit } from "@chatdb/contracts/common.ts";
import {
  modelList,
  modelName,
  modelRegistration,
  modelVersion,
  modelVersionList,
  versionReference,
} from "@chatdb/contracts/models.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import { z } from "zod";
import type { ModelStore } from "./model-store.ts";

/**
 * Routes for models. A model is registered as in the OCI distribution specification: first the bytes under their
 * digest, then the metadata with the digest. So a version is visible only when both exist; a crash in between leaves
 * unreferenced bytes at most.
 */
export function addModelRoutes(app: App, models: ModelStore): void {
  const named = z.object({ name: modelName });
  const versioned = z.object({ name: modelName, version: versionReference });

  app.post(
    "/models",
    { schema: { body: modelRegistration, response: { 200: modelVersion, 201: modelVersion } } },
    async (request, reply) => {
      const { version, created } = await models.register(request.body);
      return reply
        .code(created ? 201 : 200)
        .header("location", `/models/${version.name}/${version.version}`)
        .send(version);
    },
  );

  app.get(
    "/models",
    {
      schema: {
        querystring: z.object({ limit, prefix: z.string().max(80).default("") }),
        response: { 200: modelList },
      },
    },
    async (request) => ({
      models: await models.list(request.query),
    }),
  );

  app.get(
    "/models/:name",
    {
      schema: {
        params: named,
        querystring: z.object({ limit, job_id: z.string().optional() }),
        response: { 200: modelVersionList },
      },
    },
    async (request) => {
      const { name } = request.params;
      const versions = await models.versions(name, request.query);
      if (!versions) throw new Problem(chatdbProblems.modelNotFound, `There is no model named "${name}".`);
      return { name, versions };
    },
  );

  app.get(
    "/models/:name/:version",
    { schema: { params: versioned, response: { 200: modelVersion } } },
    async (request) => models.find(request.params.name, request.params.version),
  );
}

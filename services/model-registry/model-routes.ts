import { sha256 } from "@chatdb/contracts/datasets.ts";
import { artifactStored, modelList, modelName, modelRegistration, modelVersion, modelVersionList, versionReference, type ModelVersion, type VersionReference } from "@chatdb/contracts/models.ts";
import type { ObjectStore } from "@chatdb/kit/object-store.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import type { App } from "@chatdb/kit/server.ts";
import { z } from "zod";
import { limit } from "./limit.ts";
import type { ModelStore } from "./model-store.ts";
import { storeUpload } from "./upload.ts";

export interface ModelDeps {
  models: ModelStore;
  objects: ObjectStore;
  bucket: string;
  maxArtifactBytes: number;
}

/**
 * A model is registered as in the OCI distribution specification: first the bytes under their digest, then the metadata
 * that names the digest. A version is thus visible only when both exist; a crash in between leaves unnamed bytes at most.
 */
export function addModelRoutes(app: App, { models, objects, bucket, maxArtifactBytes }: ModelDeps): void {
  const named = z.object({ name: modelName });
  const versioned = z.object({ name: modelName, version: versionReference });

  async function versionOf(name: string, version: VersionReference): Promise<ModelVersion> {
    const found = await models.find(name, version);
    if (found) return found;
    throw new Problem(404, `There is no ${version === "latest" ? "" : `version ${version} of a `}model named "${name}".`);
  }

  app.put(
    "/models/:name/artifacts/:sha256",
    { schema: { params: z.object({ name: modelName, sha256 }), response: { 201: artifactStored } } },
    async (request, reply) => {
      const { name, sha256 } = request.params;
      const key = artifactKey(name, sha256);
      // Stored again even if it is there: whether the bytes are right is known only when they have been read.
      const { bytes } = await storeUpload(request, { maxBytes: maxArtifactBytes, sha256 }, (body) => objects.put(bucket, key, body));
      return reply.code(201).send({ sha256, bytes });
    },
  );

  app.post("/models", { schema: { body: modelRegistration, response: { 200: modelVersion, 201: modelVersion } } }, async (request, reply) => {
    const { name, sha256 } = request.body;
    const stored = await objects.head(bucket, artifactKey(name, sha256));
    if (!stored) throw new Problem(409, `The bytes are not here yet: put them to /models/${name}/artifacts/${sha256}, then register them.`);
    const { version, created } = await models.register(request.body, stored.bytes);
    return reply.code(created ? 201 : 200).header("location", `/models/${name}/${version.version}`).send(version);
  });

  app.get("/models", { schema: { querystring: z.object({ limit, prefix: z.string().max(80).default("") }), response: { 200: modelList } } }, async (request) => {
    const latest = await models.latest(request.query);
    return { models: latest.map(({ name, version, created_at }) => ({ name, latest_version: version, updated_at: created_at })) };
  });

  app.get(
    "/models/:name",
    { schema: { params: named, querystring: z.object({ limit, job_id: z.string().optional() }), response: { 200: modelVersionList } } },
    async (request) => {
      const { name } = request.params;
      const versions = await models.versions(name, request.query);
      if (!versions) throw new Problem(404, `There is no model named "${name}".`);
      return { name, versions };
    },
  );

  app.get("/models/:name/:version", { schema: { params: versioned, response: { 200: modelVersion } } }, async (request) =>
    versionOf(request.params.name, request.params.version),
  );

  app.get("/models/:name/:version/artifact", { schema: { params: versioned } }, async (request, reply) => {
    const { name, version, sha256, bytes } = await versionOf(request.params.name, request.params.version);
    const artifact = await objects.get(bucket, artifactKey(name, sha256));
    if (!artifact) throw new Error(`The artifact of version ${version} of "${name}" is gone from the object store.`);
    return reply
      .header("content-type", "application/octet-stream")
      .header("content-length", bytes)
      .header("etag", `"${sha256}"`)
      .header("x-model-version", version)
      .send(artifact);
  });
}

function artifactKey(name: string, sha256: string): string {
  return `${name}/${sha256}`;
}

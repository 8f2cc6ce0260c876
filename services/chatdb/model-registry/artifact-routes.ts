import { buffer } from "node:stream/consumers";
import { sha256 } from "@chatdb/contracts/datasets.ts";
import {
  artifactQuery,
  artifactsCollected,
  artifactStored,
  modelName,
  onnxFormat,
  versionReference,
  type ModelVersion,
} from "@chatdb/contracts/models.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import { artifactFormat, parseArtifact } from "@chatdb/ml-model/artifact.ts";
import { NotExportableToOnnx, toOnnx } from "@chatdb/ml-model/onnx/export.ts";
import { z } from "zod";
import type { ArtifactStore } from "./artifact-store.ts";
import type { GarbageCollection } from "./garbage-collection.ts";
import type { ModelStore } from "./model-store.ts";
import { storeUpload } from "./upload.ts";

export interface ArtifactDeps {
  models: ModelStore;
  artifacts: ArtifactStore;
  garbageCollection: GarbageCollection;
  maxArtifactBytes: number;
}

/**
 * Routes for the bytes of models: they are uploaded before registration, read by version, and removed once
 * unreferenced.
 */
export function addArtifactRoutes(
  app: App,
  { models, artifacts, garbageCollection, maxArtifactBytes }: ArtifactDeps,
): void {
  app.put(
    "/models/:name/artifacts/:sha256",
    { schema: { params: z.object({ name: modelName, sha256 }), response: { 201: artifactStored } } },
    async (request, reply) => {
      const { name, sha256 } = request.params;
      // Stored again even if it exists, since the digest is verified only after all bytes have arrived.
      const { bytes } = await artifacts.put(name, sha256, (put) =>
        storeUpload(request, { maxBytes: maxArtifactBytes, sha256 }, put),
      );
      return reply.code(201).send({ sha256, bytes });
    },
  );

  const params = z.object({ name: modelName, version: versionReference });
  app.get(
    "/models/:name/:version/artifact",
    { schema: { params, querystring: artifactQuery } },
    async (request, reply) => {
      const version = await models.find(request.params.name, request.params.version);
      const artifact = await artifacts.get(await models.artifactKey(version));
      if (!artifact)
        throw new Error(
          `The artifact of version ${version.version} of "${version.name}" is gone from the object store.`,
        );
      void reply.header("content-type", "application/octet-stream").header("x-model-version", version.version);
      const unchanged = request.query.format === undefined || version.format === onnxFormat;
      const file = unchanged ? artifact : onnxOf(version, await buffer(artifact));
      if (unchanged) void reply.header("content-length", version.bytes).header("etag", `"${version.sha256}"`);
      if (request.query.format)
        void reply.header("content-disposition", `attachment; filename="${version.name}-${version.version}.onnx"`);
      return reply.send(file);
    },
  );

  const querystring = z.object({
    grace_s: z.coerce
      .number()
      .pipe(z.int().nonnegative())
      .optional()
      .describe("Age from which unreferenced bytes are removed, seconds. Default: the registry's setting"),
  });
  app.post(
    "/artifacts/collect",
    { schema: { querystring, response: { 200: artifactsCollected } } },
    async (request) => {
      const collected = await garbageCollection.run(request.query.grace_s);
      if (!collected) throw new Problem(chatdbProblems.collectionRunning, "Artifacts are being collected already.");
      return collected;
    },
  );
}

/** Converts an artifact to ONNX. Throws a Problem (422) if that is impossible. */
function onnxOf({ name, version, format }: ModelVersion, bytes: Buffer): Buffer {
  if (format !== artifactFormat)
    throw new Problem(
      chatdbProblems.modelNotExportable,
      `Version ${version} of "${name}" has the format ${format}; ${artifactFormat} can be exported to ONNX.`,
    );
  try {
    return Buffer.from(toOnnx(parseArtifact(bytes)));
  } catch (error) {
    if (error instanceof NotExportableToOnnx) throw new Problem(chatdbProblems.modelNotExportable, error.message);
    throw error;
  }
}

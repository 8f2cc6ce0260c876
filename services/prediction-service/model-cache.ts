import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { modelVersion, type ModelReference, type ModelVersion, type VersionReference } from "@chatdb/contracts/models.ts";
import type { HttpClient } from "@chatdb/kit/http-client.ts";
import type { Logger } from "@chatdb/kit/log.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import { artifactFormat, parseArtifact } from "@chatdb/ml-model/artifact.ts";
import { createPredictor, type Predictor } from "@chatdb/ml-model/predictor.ts";
import { LRUCache } from "lru-cache";

export interface LoadedModel {
  model: ModelReference;
  predictor: Predictor;
  /** Of the artifact. */
  bytes: number;
}

export interface CacheOptions {
  registry: HttpClient;
  log: Logger;
  /** Of all artifacts, bytes. The model used longest ago makes room. */
  maxBytes: number;
  /** How long the answer to "which version is the latest?" holds, milliseconds. */
  latestForMs: number;
  /** Told how each request for a model was met. */
  onLookup: (outcome: "hit" | "miss") => void;
}

/** Models that are ready to predict. */
export interface ModelCache {
  /** Throws a Problem: 404 for a model that is not there, 502 or 504 where the registry cannot be asked. */
  get(name: string, version: VersionReference): Promise<LoadedModel>;
}

/** Milliseconds to wait for the registry when the last answer would do. */
const recheckTimeoutMs = 1000;

/** Callers that ask for the same thing at the same time share one request to the registry. */
export function createModelCache({ registry, log, maxBytes, latestForMs, onLookup }: CacheOptions): ModelCache {
  const describe = (name: string, version: VersionReference, timeoutMs?: number) =>
    registry.getJson(`/models/${name}/${version}`, modelVersion, { timeoutMs });

  const latest = new LRUCache<string, ModelVersion>({
    max: 10_000,
    ttl: latestForMs,
    ignoreFetchAbort: true,
    fetchMethod: async (name, known) => {
      try {
        return await describe(name, "latest", known && recheckTimeoutMs);
      } catch (error) {
        // A registry that is away is no reason to stop predicting with what is here.
        if (known === undefined || !(error instanceof Problem) || error.status < 500) throw error;
        log.warn({ err: error, model: name, version: known.version }, "the latest version is not known, staying with the last one");
        return known;
      }
    },
  });

  // A version never changes, so nothing in here grows old.
  const models = new LRUCache<string, LoadedModel>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => Math.max(bytes, 1),
    ignoreFetchAbort: true,
    fetchMethod: async (key) => {
      const [name = "", version = ""] = key.split("/");
      return load(registry, await describe(name, Number(version)));
    },
  });

  return {
    async get(name, version) {
      const number = version === "latest" ? (await latest.forceFetch(name)).version : version;
      const key = `${name}/${number}`;
      onLookup(models.has(key) ? "hit" : "miss");
      return models.forceFetch(key);
    },
  };
}

async function load(registry: HttpClient, { name, version, format, sha256 }: ModelVersion): Promise<LoadedModel> {
  if (format !== artifactFormat) throw new Problem(422, `Version ${version} of "${name}" has the format ${format}; predictions take ${artifactFormat}.`);
  const answer = await registry.request(`/models/${name}/${version}/artifact`);
  const bytes = await buffer(answer.body);
  if (answer.status !== 200) throw new Problem(502, `The registry answered ${answer.status} when asked for version ${version} of "${name}".`);
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== sha256) throw new Problem(502, `Version ${version} of "${name}" came damaged: its SHA-256 is ${actual}, not ${sha256}.`);
  return { model: { name, version }, predictor: createPredictor(parseArtifact(bytes)), bytes: bytes.length };
}

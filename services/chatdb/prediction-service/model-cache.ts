import { modelVersion, type VersionReference } from "@chatdb/contracts/models.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import type { Logger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import { LRUCache } from "lru-cache";
import type { OnnxLimits } from "@chatdb/onnx-runtime/thread.ts";
import { isImported } from "./imported-model.ts";
import { loadModel, type LoadedModel } from "./load-model.ts";

export interface CacheOptions {
  registry: HttpClient;
  log: Logger;
  /** Upper limit of all loaded models, bytes. The least recently used model is evicted. */
  maxBytes: number;
  /**
   * Time for which a resolved reference (`latest` or a stage) is valid, milliseconds. It is refreshed in the background
   * after half of it.
   */
  referenceTtlMs: number;
  /** Limits of imported models. */
  limits: OnnxLimits;
  /** Called for each requested model. */
  onLookup: (outcome: "hit" | "miss") => void;
}

/** Keeps models ready to predict. */
export interface ModelCache {
  /**
   * Returns a model, synchronously if it is loaded. Throws a Problem: 404 for an unknown model, 502 or 504 if the
   * registry is unavailable.
   */
  get(name: string, version: VersionReference): LoadedModel | Promise<LoadedModel>;
  /** Drops all models and ends their threads. */
  close(): void;
}

/** Time limit of the registry if the last answer can serve instead, milliseconds. */
const recheckTimeoutMs = 1000;

/** A reference to a version, `latest` or a stage, and the version that it resolves to. */
interface Reference {
  name: string;
  to: string;
  /** The version in use. Undefined before the first answer of the registry. */
  version?: number;
  /** The version of the registry's last answer; it is used once it is loaded. */
  wanted?: number;
  /** Time of the registry's last answer, by `performance.now()`. */
  checkedAt: number;
  checking?: Promise<void> | undefined;
}

/** Creates a cache in which concurrent callers for the same model share one request to the registry. */
export function createModelCache({
  registry,
  log,
  maxBytes,
  referenceTtlMs,
  limits,
  onLookup,
}: CacheOptions): ModelCache {
  const describe = (name: string, version: string | number, timeoutMs?: number) =>
    registry.getJson(`/models/${name}/${version}`, modelVersion, { timeoutMs });

  const models = createModels(maxBytes, async (name, version) =>
    loadModel(registry, await describe(name, version), limits),
  );

  function ready(name: string, version: number): LoadedModel | Promise<LoadedModel> {
    const key = `${name}/${version}`;
    const model = models.get(key);
    onLookup(model ? "hit" : "miss");
    return model ?? models.load(key);
  }

  const references = new LRUCache<string, Reference>({ max: 10_000 });

  async function check(reference: Reference): Promise<void> {
    const { name, to, version: known } = reference;
    try {
      const { version } = await describe(name, to, known && recheckTimeoutMs);
      reference.wanted = version;
      if (known === undefined) reference.version = version;
      // The former version is used until the new one is loaded.
      else if (version !== known) models.load(`${name}/${version}`).then(() => swap(reference, version), keepLast);
    } catch (error) {
      // While the registry is unavailable, predictions continue with the loaded version.
      if (known === undefined || !(error instanceof Problem) || error.status < 500) {
        references.delete(`${name}/${to}`);
        throw error;
      }
      keepLast(error);
    }
    reference.checkedAt = performance.now();

    function keepLast(error: unknown) {
      log.warn(
        { err: error, model: name, version: known, reference: to },
        "could not resolve or load the version of a reference, keeping the last one",
      );
    }
  }

  function recheck(reference: Reference): Promise<void> {
    reference.checking ??= check(reference).finally(() => (reference.checking = undefined));
    return reference.checking;
  }

  return {
    get(name, to) {
      if (typeof to === "number") return ready(name, to);
      const key = `${name}/${to}`;
      let reference = references.get(key);
      if (!reference) references.set(key, (reference = { name, to, checkedAt: -Infinity }));
      const age = performance.now() - reference.checkedAt;
      if (age > referenceTtlMs) return recheck(reference).then(() => ready(name, reference.version!));
      // An error is reported to the caller after the reference expires.
      if (age > referenceTtlMs / 2) recheck(reference).catch(() => undefined);
      return ready(name, reference.version!);
    },
    close: () => models.clear(),
  };
}

/** Creates the cache of models by name and version. */
function createModels(maxBytes: number, load: (name: string, version: string) => Promise<LoadedModel>) {
  // Versions are immutable, so entries never expire.
  const models = new LRUCache<string, LoadedModel>({
    maxSize: maxBytes,
    // A larger model counts as the whole cache: a model outside of the cache would never be closed.
    sizeCalculation: ({ bytes }) => Math.min(Math.max(bytes, 1), maxBytes),
    dispose: ({ predictor }) => {
      if (isImported(predictor)) predictor.close();
    },
    ignoreFetchAbort: true,
    fetchMethod: (key) => {
      const [name = "", version = ""] = key.split("/");
      return load(name, version);
    },
  });
  return {
    get: (key: string) => models.get(key),
    clear: () => models.clear(),
    async load(key: string): Promise<LoadedModel> {
      const model = await models.forceFetch(key);
      // A model that was evicted while it was loading is not disposed of by the cache.
      if (models.peek(key) !== model && isImported(model.predictor)) model.predictor.close();
      return model;
    },
  };
}

/** Switches to the version, unless the registry has named another one while it was loading. */
function swap(reference: Reference, version: number): void {
  if (reference.wanted === version) reference.version = version;
}

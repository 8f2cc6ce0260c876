import { modelVersion, type VersionReference } from "@chatdb/contracts/models.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import type { Logger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import { LRUCache } from "lru-cache";
import type { Limits } from "@chatdb/onnx-runtime/thread.ts";
import { isImported } from "./imported-model.ts";
import { loadModel, type LoadedModel } from "./load-model.ts";

export interface CacheOptions {
  registry: HttpClient;
  log: Logger;
  /** Of all artifacts, bytes. The model used longest ago makes room. */
  maxBytes: number;
  /** How long it holds which version is the latest, or in a stage, milliseconds. Half-way it is asked anew, and nobody waits for that. */
  referenceForMs: number;
  /** Of imported models. */
  limits: Limits;
  /** Told how each request for a model was met. */
  onLookup: (outcome: "hit" | "miss") => void;
}

/** Models that are ready to predict. */
export interface ModelCache {
  /** At once where it is ready. Throws a Problem: 404 for a model that is not there, 502 or 504 where the registry cannot be asked. */
  get(name: string, version: VersionReference): LoadedModel | Promise<LoadedModel>;
  /** Forgets all models, and ends the threads of those that have one. */
  close(): void;
}

/** Milliseconds to wait for the registry when the last answer would do. */
const recheckTimeoutMs = 1000;

/** What `latest` or a stage of a model stands for. */
interface Reference {
  name: string;
  to: string;
  /** The version that is used. Undefined before the registry was asked. */
  version?: number;
  /** The one that the registry named last: used once it is ready. */
  wanted?: number;
  /** When the registry said so, by `performance.now()`. */
  checkedAt: number;
  checking?: Promise<void> | undefined;
}

/** Callers that ask for the same thing at the same time share one request to the registry. */
export function createModelCache({
  registry,
  log,
  maxBytes,
  referenceForMs,
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
      // The one before is used until the new one is ready.
      else if (version !== known) models.load(`${name}/${version}`).then(() => swap(reference, version), stay);
    } catch (error) {
      // A registry that is away is no reason to stop predicting with what is here.
      if (known === undefined || !(error instanceof Problem) || error.status < 500) {
        references.delete(`${name}/${to}`);
        throw error;
      }
      stay(error);
    }
    reference.checkedAt = performance.now();

    function stay(error: unknown) {
      log.warn(
        { err: error, model: name, version: known, reference: to },
        "the version that it stands for cannot be had, staying with the last one",
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
      if (age > referenceForMs) return recheck(reference).then(() => ready(name, reference.version!));
      // What goes wrong is met by whoever asks once the answer no longer holds.
      if (age > referenceForMs / 2) recheck(reference).catch(() => undefined);
      return ready(name, reference.version!);
    },
    close: () => models.clear(),
  };
}

/** Models by name and version; `loaded` gets one that is not here. */
function createModels(maxBytes: number, loaded: (name: string, version: string) => Promise<LoadedModel>) {
  // A version never changes, so nothing in here grows old.
  const models = new LRUCache<string, LoadedModel>({
    maxSize: maxBytes,
    // What is larger than all room takes all of it: what is not in here, nobody would close.
    sizeCalculation: ({ bytes }) => Math.min(Math.max(bytes, 1), maxBytes),
    dispose: ({ predictor }) => {
      if (isImported(predictor)) predictor.close();
    },
    ignoreFetchAbort: true,
    fetchMethod: (key) => {
      const [name = "", version = ""] = key.split("/");
      return loaded(name, version);
    },
  });
  return {
    get: (key: string) => models.get(key),
    clear: () => models.clear(),
    async load(key: string): Promise<LoadedModel> {
      const model = await models.forceFetch(key);
      // One that lost its place while it was on its way is not disposed of.
      if (models.peek(key) !== model && isImported(model.predictor)) model.predictor.close();
      return model;
    },
  };
}

/** Unless the registry has named another one while this one was loaded. */
function swap(reference: Reference, version: number): void {
  if (reference.wanted === version) reference.version = version;
}

import {
  modelList,
  modelVersion,
  questionModelName,
  questionModelPrefix,
  type ModelReference,
} from "@chatdb/contracts/models.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import type { Logger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import { startLoop, type Loop } from "@platform/kit/loop.ts";
import { fetchArtifact } from "@chatdb/registry-client/fetch-artifact.ts";
import { Counter, Gauge, type Registry } from "prom-client";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { Understanding } from "@chatdb/question-engine/understanding.ts";
import { parseQuestionModel, questionModelFormat, type QuestionModel } from "@chatdb/question-engine/question-model.ts";

export interface LearnedModelsOptions {
  registry: HttpClient;
  /** The interval in ms at which the registry is polled for newer models. */
  everyMs: number;
  metrics: Registry;
  log: Logger;
}

/** The maximum size of a model in bytes; one with a few thousand words takes a few hundred kilobytes. */
const maxBytes = 16 * 2 ** 20;

/** The number of models in one listing, the registry's maximum. */
const maxModels = 1000;

interface Loaded {
  version: number;
  understanding: Understanding;
}

/**
 * Loads the newest model of each data source from the registry. A newer one replaces the one in use between two
 * questions. An unusable model or an unavailable registry leaves the one in use.
 */
export class LearnedModels {
  readonly #options: LearnedModelsOptions;
  readonly #bundled = new Understanding();
  readonly #models = new Map<string, Loaded>();
  /** Versions that cannot be used; they never change, so they are not loaded again. */
  readonly #unusable = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #loop: Loop;
  readonly #checks: Counter<"outcome">;
  readonly #loads: Counter<"outcome">;
  readonly #versions: Gauge<"model">;
  /** Resolves after the first poll of the registry, whatever its outcome. */
  readonly firstCheck: Promise<void>;

  constructor(options: LearnedModelsOptions) {
    this.#options = options;
    const registers = [options.metrics];
    this.#checks = new Counter({
      name: "learned_model_checks_total",
      help: "Times that the registry was asked for newer models, by outcome.",
      labelNames: ["outcome"],
      registers,
    });
    this.#loads = new Counter({
      name: "learned_model_loads_total",
      help: "Newer models, by whether they could be used.",
      labelNames: ["outcome"],
      registers,
    });
    this.#versions = new Gauge({
      name: "learned_model_version",
      help: "Version of each model in use.",
      labelNames: ["model"],
      registers,
    });
    const first = Promise.withResolvers<void>();
    this.firstCheck = first.promise;
    this.#loop = startLoop({
      act: async () => {
        await this.#check();
        first.resolve();
        return false;
      },
      onFailure: (err) => options.log.error({ err }, "the check for newer models failed"),
      pollMs: options.everyMs,
    });
  }

  /** Returns what the engine applies to the questions about a schema at the moment. */
  for(index: SchemaIndex): { understanding: Understanding; model?: ModelReference } {
    const name = questionModelName(index.schema.datasource);
    const loaded = this.#models.get(name);
    return loaded
      ? { understanding: loaded.understanding, model: { name, version: loaded.version } }
      : { understanding: this.#bundled };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop.stop();
  }

  async #check(): Promise<void> {
    const { registry, log } = this.#options;
    const { signal } = this.#stop;
    try {
      const { models } = await registry.getJson(`/models?prefix=${questionModelPrefix}&limit=${maxModels}`, modelList, {
        signal,
      });
      for (const { name, latest_version } of models) {
        if (latest_version !== (this.#unusable.get(name) ?? this.#models.get(name)?.version))
          await this.#load(name, latest_version);
      }
      this.#checks.inc({ outcome: "asked" });
    } catch (err) {
      if (signal.aborted) return;
      this.#checks.inc({ outcome: "away" });
      log.warn({ err }, "the model registry did not say which models are the newest, staying with those in use");
    }
  }

  /** Loads a version and puts it into use. @throws Problem if the registry does not answer */
  async #load(name: string, version: number): Promise<void> {
    const { log } = this.#options;
    try {
      const model = await this.#read(name, version);
      this.#models.set(name, { version, understanding: new Understanding(model) });
      this.#unusable.delete(name);
      this.#versions.set({ model: name }, version);
      this.#loads.inc({ outcome: "used" });
      log.info({ model: name, version, words: model.words.length }, "a newer model is in use");
    } catch (err) {
      if (err instanceof Problem || this.#stop.signal.aborted) throw err;
      this.#unusable.set(name, version);
      this.#loads.inc({ outcome: "refused" });
      log.warn(
        { err, model: name, version, inUse: this.#models.get(name)?.version },
        "a newer model cannot be used, staying with the one in use",
      );
    }
  }

  /**
   * Reads and checks a version.
   * @throws Problem if the registry does not answer
   * @throws Error if the model is not one for the data source of its name
   */
  async #read(name: string, version: number): Promise<QuestionModel> {
    const { registry } = this.#options;
    const { signal } = this.#stop;
    const {
      format,
      sha256,
      bytes: size,
    } = await registry.getJson(`/models/${name}/${version}`, modelVersion, { signal });
    if (format !== questionModelFormat)
      throw new Error(`It has the format ${format}; questions take ${questionModelFormat}.`);
    if (size > maxBytes) throw new Error(`It has ${size} bytes; at most ${maxBytes} are taken.`);
    const bytes = await fetchArtifact(registry, { name, version, sha256 }, { signal });
    const model = parseQuestionModel(bytes);
    if (questionModelName(model.datasource) !== name)
      throw new Error(`It was learned from questions about ${model.datasource}.`);
    return model;
  }
}

import { SchemaIndex } from "./linking/schema-index.ts";
import { bundledDigest, bundledWeights, defaultRanker } from "./ranking/default-ranker.ts";
import { Ranker } from "./ranking/ranker.ts";
import type { QuestionModel } from "./question-model.ts";

/** The ranker and the vocabulary that the engine applies to the questions about a data source. */
export class Understanding {
  readonly ranker: Ranker;
  readonly #model: QuestionModel | undefined;
  readonly #indexes = new WeakMap<SchemaIndex, SchemaIndex>();

  /** @param model the learned model; default: the bundled weights and no learned words */
  constructor(model?: QuestionModel) {
    this.#model = model;
    // Weights fitted from other bundled weights may refer to features that no longer exist.
    this.ranker =
      model?.ranker?.prior === bundledDigest
        ? new Ranker({ ...bundledWeights, ...model.ranker.weights })
        : defaultRanker;
  }

  /** Returns the index extended by the learned words. */
  of(index: SchemaIndex): SchemaIndex {
    if (!this.#model || this.#model.words.length === 0) return index;
    let known = this.#indexes.get(index);
    if (!known) this.#indexes.set(index, (known = new SchemaIndex(index.schema, this.#model.words)));
    return known;
  }
}

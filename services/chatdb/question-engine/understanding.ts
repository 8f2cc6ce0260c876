import { SchemaIndex } from "./linking/schema-index.ts";
import { bundledDigest, bundledWeights, defaultRanker } from "./ranking/default-ranker.ts";
import { Ranker } from "./ranking/ranker.ts";
import type { QuestionModel } from "./question-model.ts";

/** By what questions are understood besides the schema: a ranker, and what people call things. */
export class Understanding {
  readonly ranker: Ranker;
  readonly #model: QuestionModel | undefined;
  readonly #indexes = new WeakMap<SchemaIndex, SchemaIndex>();

  /** @param model what was learned; default: the bundled model alone */
  constructor(model?: QuestionModel) {
    this.#model = model;
    // Weights that were fitted from others than the bundled ones may be for features that are no longer there.
    this.ranker =
      model?.ranker?.prior === bundledDigest
        ? new Ranker({ ...bundledWeights, ...model.ranker.weights })
        : defaultRanker;
  }

  /** The index with the words that were learned in it. */
  of(index: SchemaIndex): SchemaIndex {
    if (!this.#model || this.#model.words.length === 0) return index;
    let known = this.#indexes.get(index);
    if (!known) this.#indexes.set(index, (known = new SchemaIndex(index.schema, this.#model.words)));
    return known;
  }
}

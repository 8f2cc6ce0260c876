import { featureNames, type Forest, replaced, type Tree, valueOf } from "@chatdb/question-engine/ranking.ts";
import { growForest, type ForestOptions } from "./grow-forest.ts";
import { mulberry32 } from "../training/seeded-random.ts";
import type { Labelled } from "./fit-ranker.ts";

/** Found to do best on schemas that were not seen. */
const options: Omit<ForestOptions, "random"> = {
  trees: 150,
  leaves: 15,
  rate: 0.06,
  minRows: 30,
  penalty: 5,
  share: 0.4,
};

/** Parts that schemas are divided into: each is told by a forest that was grown on the others. */
const parts = 5;

export interface Planted {
  forest: Forest;
  /** What forests say, by question and plan, that were not grown on questions about the same schema. */
  unseen: number[][];
}

/** A forest that tells the right plans of questions from the wrong ones. */
export function plantForest(questions: readonly Labelled[]): Planted {
  const schemas = [...new Set(questions.map(({ schema }, place) => schema ?? place))];
  const partOf = new Map(schemas.map((schema, place) => [schema, place % parts]));
  const part = (question: Labelled, place: number) => partOf.get(question.schema ?? place)!;
  const unseen: number[][] = questions.map(() => []);
  for (let out = 0; out < Math.min(parts, schemas.length); out++) {
    const { intercept, trees } = grown(questions.filter((question, place) => part(question, place) !== out));
    questions.forEach((question, place) => {
      if (part(question, place) === out)
        unseen[place] = question.plans.map(({ evidence }) => valueOf(trees, intercept, evidence.features));
    });
  }
  const { intercept, trees } = grown(questions);
  return { forest: { ...withNames(trees), intercept }, unseen };
}

function grown(questions: readonly Labelled[]) {
  const plans = questions.flatMap((question) =>
    question.plans.map((plan) => ({ ...plan, weight: question.weight ?? 1 })),
  );
  const columns = featureNames.map((_, place) => Float64Array.from(plans, ({ evidence }) => evidence.features[place]!));
  const labels = Uint8Array.from(plans, ({ right }) => Number(right));
  const weights = Float64Array.from(plans, ({ weight }) => weight);
  return growForest({ columns, labels, weights }, { ...options, random: mulberry32(1) });
}

/** Trees by the places of the features that they ask about among those names alone. */
function withNames(trees: readonly Tree[]): Pick<Forest, "features" | "trees"> {
  const asked = new Set<number>();
  const visit = (tree: Tree) => {
    if (typeof tree === "number") return;
    asked.add(tree[0]);
    visit(tree[2]);
    visit(tree[3]);
  };
  trees.forEach(visit);
  const places = [...asked].sort((a, b) => a - b);
  return {
    features: places.map((place) => featureNames[place]!),
    trees: trees.map((tree) =>
      replaced(
        tree,
        featureNames.map((_, place) => places.indexOf(place)),
      ),
    ),
  };
}

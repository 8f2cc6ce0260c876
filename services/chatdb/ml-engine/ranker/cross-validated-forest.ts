import { featureNames, type Forest, replaced, type Tree, valueOf } from "@chatdb/question-engine/ranking.ts";
import { growForest, type ForestOptions } from "./grow-forest.ts";
import { mulberry32 } from "../training/seeded-random.ts";
import type { Labelled } from "./labelled.ts";

/** Chosen by their results on unseen schemas. */
const options: Omit<ForestOptions, "random"> = {
  trees: 150,
  leaves: 15,
  rate: 0.06,
  minRows: 30,
  penalty: 5,
  share: 0.4,
};

/**
 * Folds of the cross-validation. Schemas, not questions, are divided, so no schema is scored by a forest that saw it.
 */
const folds = 5;

export interface CrossValidatedForest {
  forest: Forest;
  /** Scores by question and plan, each from a forest that did not see the schema. */
  outOfFoldScores: number[][];
}

/** Trains a forest that separates the right plans of questions from the wrong ones, and cross-validates it. */
export function trainForest(questions: readonly Labelled[]): CrossValidatedForest {
  const schemas = [...new Set(questions.map(({ schema }, place) => schema ?? place))];
  const foldOfSchema = new Map(schemas.map((schema, place) => [schema, place % folds]));
  const foldOf = (question: Labelled, place: number) => foldOfSchema.get(question.schema ?? place)!;
  const outOfFoldScores: number[][] = questions.map(() => []);
  for (let fold = 0; fold < Math.min(folds, schemas.length); fold++) {
    const { intercept, trees } = grow(questions.filter((question, place) => foldOf(question, place) !== fold));
    questions.forEach((question, place) => {
      if (foldOf(question, place) === fold)
        outOfFoldScores[place] = question.plans.map(({ evidence }) => valueOf(trees, intercept, evidence.features));
    });
  }
  const { intercept, trees } = grow(questions);
  return { forest: { ...withNames(trees), intercept }, outOfFoldScores };
}

function grow(questions: readonly Labelled[]) {
  const plans = questions.flatMap((question) =>
    question.plans.map((plan) => ({ ...plan, weight: question.weight ?? 1 })),
  );
  const columns = featureNames.map((_, place) => Float64Array.from(plans, ({ evidence }) => evidence.features[place]!));
  const labels = Uint8Array.from(plans, ({ right }) => Number(right));
  const weights = Float64Array.from(plans, ({ weight }) => weight);
  return growForest({ columns, labels, weights }, { ...options, random: mulberry32(1) });
}

/** Keeps the names of the used features only, and renumbers the trees by them. */
function withNames(trees: readonly Tree[]): Pick<Forest, "features" | "trees"> {
  const used = new Set<number>();
  const visit = (tree: Tree) => {
    if (typeof tree === "number") return;
    used.add(tree[0]);
    visit(tree[2]);
    visit(tree[3]);
  };
  trees.forEach(visit);
  const places = [...used].sort((a, b) => a - b);
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

/* It imports no package, so that the web page can bundle it. */

/** Kinds of models that learn from tables. */
export const families = [
  "linear-regression",
  "logistic-regression",
  "boosted-trees",
  "k-nearest-neighbours",
  "text-classification",
] as const;
export type Family = (typeof families)[number];

/** The parameters of each family, besides the common ones: split, seed and task. */
export const parametersOf = {
  "linear-regression": ["l2"],
  "logistic-regression": ["l2", "max_iterations"],
  "boosted-trees": ["l2", "trees", "leaves", "learning_rate", "min_rows"],
  "k-nearest-neighbours": ["neighbours", "neighbour_weights"],
  "text-classification": ["l2", "max_iterations"],
  questions: [],
} as const satisfies Record<Family | "questions", readonly string[]>;

/** Name of a parameter that only some families have. */
export type FamilyParameter = (typeof parametersOf)[Family][number];

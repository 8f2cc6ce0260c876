import { z } from "zod";
import { dataSourceName } from "./common.ts";
import { families, parametersOf } from "./families.ts";

export { parametersOf, type Family } from "./families.ts";
export const family = z.enum(families);

/** The parameters that a caller may set; defaults depend on the data. */
const tunable = z.strictObject({
  task: z
    .enum(["regression", "classification", "questions"])
    .optional()
    .describe(
      "Default: regression if the target is numeric with many distinct values, else classification; questions: learns how people ask about a data source",
    ),
  family: family
    .optional()
    .describe(
      "Default: linear-regression or logistic-regression, as the task is; text-classification if the only other column holds texts",
    ),
  datasource: dataSourceName.optional().describe("For questions: the data source that they are about"),
  test_fraction: z.number().gt(0).lt(1).optional().describe("Share of rows held out for the metrics. Default 0.2"),
  seed: z
    .int()
    .nonnegative()
    .max(0xffffffff)
    .optional()
    .describe("Seed of the held-out split and of all other random choices. Default 1"),
  l2: z
    .number()
    .nonnegative()
    .optional()
    .describe(
      "Ridge penalty on standardised features, or on the values of leaves. Default 1e-8 per row for linear regression, 0 for boosted trees, else 1",
    ),
  max_iterations: z.int().positive().max(10_000).optional().describe("Limit of the optimiser. Default 500"),
  trees: z
    .int()
    .positive()
    .max(2000)
    .optional()
    .describe("Rounds of boosting, each with a tree for each class. Default 100"),
  leaves: z.int().min(2).max(1024).optional().describe("Leaves of each tree. Default 31"),
  learning_rate: z.number().gt(0).max(1).optional().describe("Share of each tree's values that is added. Default 0.1"),
  min_rows: z.int().positive().optional().describe("Least number of rows in a leaf. Default 20"),
  neighbours: z.int().positive().max(1000).optional().describe("Number of nearest rows. Default 5"),
  neighbour_weights: z
    .enum(["uniform", "distance"])
    .optional()
    .describe("Whether nearer rows have more weight. Default uniform"),
});

export const trainingParameters = tunable
  .refine(({ task, datasource }) => (task === "questions") === (datasource !== undefined), {
    path: ["datasource"],
    error: "expected with the task questions, and with no other",
  })
  .refine(({ task, family }) => task !== "questions" || family === undefined, {
    path: ["family"],
    error: "not for questions",
  })
  .superRefine((parameters, context) => {
    const kind = parameters.task === "questions" ? "questions" : parameters.family;
    if (kind === undefined) return;
    const known: readonly string[] = ["task", "family", "datasource", "test_fraction", "seed", ...parametersOf[kind]];
    for (const name of Object.keys(parameters))
      if (!known.includes(name)) context.addIssue({ code: "custom", path: [name], message: `not for ${kind}` });
  });
export type TrainingParameters = z.infer<typeof trainingParameters>;

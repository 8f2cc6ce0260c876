import { z } from "zod";
import { dataSourceName } from "./data-source-name.ts";
import { families, parametersOf } from "./families.ts";

export { parametersOf, type Family } from "./families.ts";
export const family = z.enum(families);

/** What a caller may tune; whatever is left out is chosen from the data. */
const tunable = z.strictObject({
  task: z
    .enum(["regression", "classification", "questions"])
    .optional()
    .describe(
      "Default: regression where the target is numeric with many distinct values, else classification; questions: how a data source is asked",
    ),
  family: family
    .optional()
    .describe(
      "Default: linear-regression or logistic-regression, as the task is; text-classification where the only other column holds texts",
    ),
  datasource: dataSourceName.optional().describe("Of questions: the data source that they ask"),
  test_fraction: z.number().gt(0).lt(1).optional().describe("Share of rows held out for the metrics. Default 0.2"),
  seed: z
    .int()
    .nonnegative()
    .max(0xffffffff)
    .optional()
    .describe("Seed of the held-out split and of all else that is drawn. Default 1"),
  l2: z
    .number()
    .nonnegative()
    .optional()
    .describe(
      "Ridge penalty on standardised features, or on what a tree's leaf says. Default 1e-8 per row for linear regression, else 1; boosted trees 0",
    ),
  max_iterations: z.int().positive().max(10_000).optional().describe("Limit of the optimiser. Default 500"),
  trees: z.int().positive().max(2000).optional().describe("Rounds of boosting, each with a tree a class. Default 100"),
  leaves: z.int().min(2).max(1024).optional().describe("Of each tree. Default 31"),
  learning_rate: z.number().gt(0).max(1).optional().describe("Share of what a tree finds that is added. Default 0.1"),
  min_rows: z.int().positive().optional().describe("Rows of each leaf, at least. Default 20"),
  neighbours: z.int().positive().max(1000).optional().describe("Nearest rows that are asked. Default 5"),
  neighbour_weights: z
    .enum(["uniform", "distance"])
    .optional()
    .describe("Whether nearer ones count for more. Default uniform"),
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

import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { databaseSchema, queryResult } from "@chatdb/contracts/query.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { questionModelFormat, serializeQuestionModel } from "@chatdb/question-engine/question-model.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { JobError } from "../training/job-error.ts";
import type { Training } from "../training/trainer.ts";
import { partOf, type Watch } from "../training/watch.ts";
import { readExamples } from "./examples.ts";
import { isUnavailable, Judge } from "./judge.ts";
import { learn } from "./learn.ts";

/** Timeout of the db-connector for the schema or a query, in ms. */
const timeoutMs = 20_000;

/** Maximum number of rows of a query to compare. */
const maxRows = 1000;

/** Share of the work that running the examples' queries takes. */
const checked = 0.1;

/**
 * Trains the model of a data source's questions from examples.
 * @param watchOf makes what hears of a training from that material: where the schema is another one, so is it
 * @throws JobError if that cannot succeed; Problem if the db-connector or the data source is unavailable
 */
export async function trainQuestions(
  file: Readable,
  { datasource = "", test_fraction, seed }: TrainingParameters,
  dbConnectorUrl: string,
  watchOf: (material: string) => Watch,
): Promise<Training> {
  const http = createHttpClient(dbConnectorUrl, { timeoutMs });
  const path = `/datasources/${encodeURIComponent(datasource)}`;
  try {
    const index = new SchemaIndex(await http.getJson(`${path}/schema`, databaseSchema));
    const judge = new Judge(index, (statement) =>
      http.postJson(`${path}/query`, { ...statement, limit: maxRows, timeout_ms: 10_000 }, queryResult),
    );
    const { examples, outdated, followUps, sha256 } = await readExamples(file, index, new Date());
    const watch = watchOf(
      createHash("sha256")
        .update(JSON.stringify([sha256, index.schema.tables]))
        .digest("hex"),
    );
    watch.log(`Read ${examples.length} examples.`);
    const problems = await judge.problemsOf(examples, partOf(watch, 0, checked));
    if (problems.length > 0)
      throw new JobError(["The examples have queries that cannot be used.", ...problems].join("\n"));
    const { model, metrics } = await learn(examples, index, judge, {
      testFraction: test_fraction,
      seed,
      watch: partOf(watch, checked, 1),
    });
    const leftOut = { ...(outdated > 0 && { outdated }), ...(followUps > 0 && { follow_ups: followUps }) };
    return {
      artifact: serializeQuestionModel(model),
      format: questionModelFormat,
      metrics: { ...metrics, ...leftOut },
      target: "plan",
      dataset_sha256: sha256,
    };
  } catch (error) {
    if (error instanceof Problem && !isUnavailable(error)) throw new JobError(error.message, { cause: error });
    throw error;
  } finally {
    await http.close();
  }
}

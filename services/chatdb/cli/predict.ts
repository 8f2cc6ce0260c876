import type { ModelSchema, PredictResponse } from "@chatdb/contracts/predictions.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { featureValues } from "./feature-values.ts";
import { predictFile } from "./predict-file.ts";
import { printRecords } from "./records.ts";
import { report, type Terminal } from "./terminal.ts";

/** `chatdb predict`: predicts from features on the command line, or for each row of a file. */
export async function predict(
  [name, ...given]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const { version, file, explain, format } = settings;
  if (file !== undefined && given.length > 0) throw new UsageError("give features or --file, not both");
  if (file !== undefined && explain && format !== "json")
    throw new UsageError("--explain of a file's rows needs --format json");
  if (file === undefined && given.length === 0)
    throw new UsageError(`predict needs features, such as rooms=4, or --file`);
  const schema = await gateway.predictSchema(name!, version);
  // The schema's version, since another may become the latest meanwhile.
  const { model } = schema;
  if (file !== undefined) return await predictFile(file, schema, settings, gateway, terminal);
  printPrediction(
    await gateway.predict(model.name, model.version, featuresOf(given, schema), explain),
    schema,
    settings,
    terminal,
  );
  return exitCodes.success;
}

/** @throws UsageError with everything that is wrong */
function featuresOf(given: readonly string[], schema: ModelSchema): Record<string, unknown> {
  const pairs = given.map((text) => /^([^=]+)=(.*)$/s.exec(text));
  const unknown = pairs.flatMap((pair) =>
    pair && !schema.features.some(({ name }) => name === pair[1]) ? [pair[1]!] : [],
  );
  const problems = [
    ...given.filter((_, at) => !pairs[at]).map((text) => `"${text}": expected feature=value`),
    ...unknown.map(
      (name) => `there is no feature "${name}", only ${schema.features.map((each) => each.name).join(", ")}`,
    ),
  ];
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return featureValues(Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!])), schema);
}

function printPrediction(
  answer: PredictResponse,
  { target }: ModelSchema,
  settings: Settings,
  terminal: Terminal,
): void {
  const { prediction, probabilities = {}, explanation, model } = answer;
  if (settings.format === "table") report(terminal, `${target}, by version ${model.version} of ${model.name}:`);
  printRecords({ value: answer, columns: [target], rows: [[prediction]] }, settings, terminal);
  if (settings.format !== "table") return;
  const shares = Object.entries(probabilities).toSorted(([, a], [, b]) => b - a);
  const table = (columns: string[], rows: [string, number][]) => {
    report(terminal, "");
    printRecords({ value: rows, columns, rows }, settings, terminal);
  };
  if (shares.length > 0) table(["class", "probability"], shares);
  if (explanation)
    table(
      ["feature", "contribution"],
      [
        ["(base)", explanation.base],
        ...explanation.contributions.map(({ feature, contribution }): [string, number] => [feature, contribution]),
      ],
    );
}

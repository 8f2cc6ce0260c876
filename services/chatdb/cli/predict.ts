import type { ModelSchema, PredictResponse } from "@chatdb/contracts/predictions.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes, UsageError, type Settings } from "./options.ts";
import { predictFile } from "./predict-file.ts";
import { printRecords } from "./records.ts";
import { tell, type Terminal } from "./terminal.ts";

/** `chatdb predict`: of features that are given one by one, or of the rows of a file. */
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
  // The version that the schema is of: another may become the latest meanwhile.
  const of = schema.model;
  if (file !== undefined) return await predictFile(file, schema, settings, gateway, terminal);
  printPrediction(
    await gateway.predict(of.name, of.version, featuresOf(given, schema), explain),
    schema,
    settings,
    terminal,
  );
  return exitCodes.rows;
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
  return valuesOf(Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!])), schema);
}

/** Texts as the features' values: what is empty is not known, what is no number where one is wanted is for the service to refuse. */
export function valuesOf(texts: Record<string, string>, { features }: ModelSchema): Record<string, unknown> {
  return Object.fromEntries(
    features.flatMap(({ name, kind }) => {
      const text = texts[name];
      if (text === undefined || text === "") return [];
      return [[name, kind === "number" && !Number.isNaN(Number(text)) ? Number(text) : text]];
    }),
  );
}

function printPrediction(
  answer: PredictResponse,
  { target }: ModelSchema,
  settings: Settings,
  terminal: Terminal,
): void {
  const { prediction, probabilities = {}, explanation, model } = answer;
  if (settings.format === "table") tell(terminal, `${target}, by version ${model.version} of ${model.name}:`);
  printRecords({ value: answer, columns: [target], rows: [[prediction]] }, settings, terminal);
  if (settings.format !== "table") return;
  const shares = Object.entries(probabilities).toSorted(([, a], [, b]) => b - a);
  const table = (columns: string[], rows: [string, number][]) => {
    tell(terminal, "");
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

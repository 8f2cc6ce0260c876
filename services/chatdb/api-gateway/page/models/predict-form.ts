import type { ModelReference } from "@chatdb/contracts/models.ts";
import type { ModelSchema, PredictResponse } from "@chatdb/contracts/predictions.ts";
import { chart } from "../charts/chart.ts";
import { percent } from "../ask/reading-choices.ts";
import { announce, element } from "../dom.ts";
import { predict, predictSchema } from "./models-api.ts";
import { formatNumber } from "../format.ts";

type Feature = ModelSchema["features"][number];

/** The maximum number of contributions or classes drawn. */
const maxDrawn = 15;

/** Creates a form with a field for each feature of a version, which shows the prediction. */
export async function predictForm(of: ModelReference): Promise<HTMLElement> {
  try {
    return formOf(of, await predictSchema(of));
  } catch (error) {
    return element("p", { className: "problem", role: "alert" }, (error as Error).message);
  }
}

function formOf(of: ModelReference, schema: ModelSchema): HTMLElement {
  const inputs = schema.features.map((feature) => [feature, inputOf(feature)] as const);
  const explain = element("input", { type: "checkbox", checked: schema.explains });
  const result = element("div", { className: "result" });
  const submit = element("button", { type: "submit" }, `Predict ${schema.target}`);
  const fields = inputs.map(([{ name }, input]) => element("label", {}, element("span", {}, name), input));
  const form = element(
    "form",
    { className: "predict" },
    element("div", { className: "fields" }, ...fields),
    element(
      "label",
      { className: "check", hidden: !schema.explains },
      explain,
      element("span", {}, "Explain the prediction"),
    ),
    submit,
    result,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const features = Object.fromEntries(
      inputs.flatMap(([{ name, kind }, { value }]) =>
        value === "" ? [] : [[name, kind === "number" ? Number(value) : value]],
      ),
    );
    submit.disabled = true;
    predict(of, features, explain.checked)
      .then(
        (answer) => {
          result.replaceChildren(...predictionOf(answer, schema));
          announce(`Predicted ${schema.target}: ${shown(answer.prediction)}.`);
        },
        ({ message }: Error) => result.replaceChildren(element("p", { className: "problem", role: "alert" }, message)),
      )
      .finally(() => (submit.disabled = false));
  });
  return form;
}

function inputOf({
  kind,
  required,
  typical,
  categories = [],
}: Feature): HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
  if (kind === "text") return element("textarea", { required, rows: 3 });
  // Three digits of the mean are precise enough to start from.
  if (kind === "number")
    return element("input", {
      type: "number",
      step: "any",
      required,
      value: typical === undefined ? "" : String(rounded(Number(typical), 3)),
    });
  if (categories.length === 0) return element("input", { required, value: String(typical ?? "") });
  const options = categories.map((value) => element("option", { value, selected: value === typical }, value));
  return element(
    "select",
    { required },
    ...(required ? [] : [element("option", { value: "" }, "unknown")]),
    ...options,
  );
}

const rounded = (value: number, digits: number) => Number(value.toPrecision(digits));

const shown = (value: number | string) => (typeof value === "number" ? formatNumber(value) : value);

function predictionOf(
  { prediction, probabilities, explanation, model }: PredictResponse,
  { target }: ModelSchema,
): HTMLElement[] {
  const all = Object.entries(probabilities ?? {}).toSorted(([, a], [, b]) => b - a);
  return [
    element(
      "p",
      { className: "single" },
      element("strong", {}, shown(prediction)),
      " ",
      element("span", { className: "muted" }, `${target}, by version ${model.version}`),
    ),
    ...(all.length > 0
      ? [
          element(
            "ul",
            { className: "probabilities" },
            ...all
              .slice(0, maxDrawn)
              .map(([name, value]) =>
                element(
                  "li",
                  {},
                  element("span", {}, name),
                  element("progress", { max: 1, value, aria: { label: `Probability of ${name}` } }),
                  element("span", { className: "number" }, percent(value)),
                ),
              ),
          ),
        ]
      : []),
    ...(explanation ? explanationOf(explanation, typeof prediction === "string") : []),
  ];
}

function explanationOf(
  { base, contributions }: NonNullable<PredictResponse["explanation"]>,
  ofClass: boolean,
): HTMLElement[] {
  if (contributions.length === 0) return [];
  const points = contributions
    .slice(0, maxDrawn)
    .map(({ feature, contribution }) => ({ label: feature, value: rounded(contribution, 5) }));
  const scale = ofClass ? ", in log-odds of this class" : "";
  return [
    element("h3", {}, "Why"),
    element("p", { className: "muted" }, `What each feature adds to ${formatNumber(base)}${scale}.`),
    chart({ kind: "bars", label: "feature", value: "contribution", points, total: contributions.length }),
  ];
}

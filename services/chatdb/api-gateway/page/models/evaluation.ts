import type { Evaluation, Metrics } from "@chatdb/contracts/models.ts";
import { chart } from "../charts/chart.ts";
import { element } from "../dom.ts";
import { confusion } from "./confusion-matrix.ts";
import { curve } from "../charts/learning-curve.ts";
import { scatter } from "../charts/scatter-plot.ts";
import { figure, metricName } from "../format.ts";

/** Features that are svgElement, at most. */
const maxFeatures = 20;

/** What the held-out rows tell of a version: its metrics, and drawings of what its family has. */
export function evaluated(
  metrics: Metrics,
  { confusion: counts, points, importance, curve: rounds }: Evaluation = {},
): HTMLElement[] {
  const drawings: (readonly [string, HTMLElement] | false | undefined)[] = [
    counts && ["Confusion matrix", confusion(counts)],
    points && points.length > 0 && ["Predicted against actual", scatter(points)],
    importance && importance.length > 0 && ["Importance of the features", importances(importance)],
    rounds && rounds.length > 1 && ["Learning curve", curve(rounds)],
  ];
  return [
    metricList(metrics),
    ...drawings.flatMap((each) =>
      each ? [element("section", { className: "drawing" }, element("h3", {}, each[0]), each[1])] : [],
    ),
  ];
}

function metricList(metrics: Metrics): HTMLElement {
  return element(
    "dl",
    { className: "metrics" },
    ...Object.entries(metrics).map(([name, value]) =>
      element("div", {}, element("dt", {}, metricName(name)), element("dd", {}, figure(value))),
    ),
  );
}

function importances(importance: NonNullable<Evaluation["importance"]>): HTMLElement {
  const points = importance.slice(0, maxFeatures).map((each) => ({ label: each.feature, value: each.importance }));
  return chart({
    kind: "bars",
    label: "feature that is shuffled",
    value: "loss of score",
    points,
    total: importance.length,
  });
}

import type { Evaluation, Metrics } from "@chatdb/contracts/models.ts";
import { chart } from "../charts/chart.ts";
import { element } from "../dom.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { learningCurve } from "../charts/learning-curve.ts";
import { scatterPlot } from "../charts/scatter-plot.ts";
import { formatNumber, metricName } from "../format.ts";

/** The maximum number of features drawn. */
const maxFeatures = 20;

/** Shows a version's evaluation on held-out rows: its metrics, and the charts that its family has. */
export function evaluationOf(
  metrics: Metrics,
  { confusion: counts, points, importance, curve: rounds }: Evaluation = {},
): HTMLElement[] {
  const charts: (readonly [string, HTMLElement] | false | undefined)[] = [
    counts && ["Confusion matrix", confusionMatrix(counts)],
    points && points.length > 0 && ["Predicted against actual", scatterPlot(points)],
    importance && importance.length > 0 && ["Feature importance", importanceChart(importance)],
    rounds && rounds.length > 1 && ["Learning curve", learningCurve(rounds)],
  ];
  return [
    metricList(metrics),
    ...charts.flatMap((each) =>
      each ? [element("section", { className: "drawing" }, element("h3", {}, each[0]), each[1])] : [],
    ),
  ];
}

function metricList(metrics: Metrics): HTMLElement {
  return element(
    "dl",
    { className: "metrics" },
    ...Object.entries(metrics).map(([name, value]) =>
      element("div", {}, element("dt", {}, metricName(name)), element("dd", {}, formatNumber(value))),
    ),
  );
}

function importanceChart(importance: NonNullable<Evaluation["importance"]>): HTMLElement {
  const points = importance.slice(0, maxFeatures).map((each) => ({ label: each.feature, value: each.importance }));
  return chart({
    kind: "bars",
    label: "shuffled feature",
    value: "loss of score",
    points,
    total: importance.length,
  });
}

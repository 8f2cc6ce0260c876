import type { ModelVersion, Stage } from "@chatdb/contracts/models.ts";
import { button, element } from "../dom.ts";
import { formatNumber, familyNames, metricName, formatMoment } from "../format.ts";

/** The actions on a version by its stage: the label, and the stage that the version moves to. */
const moves: Record<Stage, readonly (readonly [string, Stage])[]> = {
  none: [
    ["To staging", "staging"],
    ["To production", "production"],
  ],
  staging: [
    ["To production", "production"],
    ["Archive", "archived"],
  ],
  production: [["Archive", "archived"]],
  archived: [["To production", "production"]],
};

/** The table shows the first of these metrics that a version has. */
const scoreMetrics = ["r2", "accuracy"];

export interface VersionActions {
  show: (version: ModelVersion) => void;
  move: (version: ModelVersion, stage: Stage) => void;
}

/** Lists the versions of a model, newest first. @param shown the version whose evaluation is shown */
export function versionTable(
  versions: readonly ModelVersion[],
  shown: number,
  { show, move }: VersionActions,
): HTMLElement {
  const heads = ["Version", "Stage", "Family", "Score", "Created", "Change"].map((text) =>
    element("th", { scope: "col" }, text),
  );
  const rows = versions.map((version) => {
    const look = button(String(version.version), () => show(version), "quiet number");
    look.setAttribute("aria-label", `Show version ${version.version}`);
    look.setAttribute("aria-pressed", String(version.version === shown));
    const changes = moves[version.stage].map(([label, stage]) => {
      const made = button(label, () => move(version, stage));
      made.setAttribute("aria-label", `Version ${version.version}: ${label.toLowerCase()}`);
      return made;
    });
    return element(
      "tr",
      {},
      element("td", {}, look),
      element(
        "td",
        {},
        version.stage === "none" ? "–" : element("span", { className: `badge ${version.stage}` }, version.stage),
      ),
      element("td", {}, familyOf(version)),
      element("td", {}, scoreOf(version)),
      element("td", {}, formatMoment(version.created_at)),
      element("td", {}, element("span", { className: "actions" }, ...changes)),
    );
  });
  const table = element(
    "table",
    {},
    element("caption", { className: "hidden" }, "Versions"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
  return element("div", { className: "rows", tabIndex: 0, role: "region", aria: { label: "Versions" } }, table);
}

export function familyOf({ lineage, imported }: ModelVersion): string {
  if (imported) return "imported (ONNX)";
  const family = lineage?.parameters.family;
  return family === undefined ? (lineage?.parameters.task ?? "chosen by the target") : familyNames[family];
}

function scoreOf({ metrics }: ModelVersion): string {
  const name = scoreMetrics.find((each) => metrics[each] !== undefined);
  return name === undefined ? "" : `${metricName(name)} ${formatNumber(metrics[name]!)}`;
}

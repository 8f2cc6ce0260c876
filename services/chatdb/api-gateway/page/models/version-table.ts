import type { ModelVersion, Stage } from "@chatdb/contracts/models.ts";
import { button, element } from "../dom.ts";
import { figure, familyNames, metricName, moment } from "../format.ts";

/** What can be done with a version, as it stands: the label, and the stage that it comes to. */
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

/** The first of these that a version has is shown in the table. */
const telling = ["r2", "accuracy"];

export interface VersionActions {
  show: (version: ModelVersion) => void;
  move: (version: ModelVersion, stage: Stage) => void;
}

/** The versions of a model, newest first. @param shown the one whose evaluation is shown */
export function versionTable(
  versions: readonly ModelVersion[],
  shown: number,
  { show, move }: VersionActions,
): HTMLElement {
  const heads = ["Version", "Stage", "Family", "Score", "Made", "Change"].map((text) =>
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
      element("td", {}, moment(version.created_at)),
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
  return family === undefined ? (lineage?.parameters.task ?? "as the target suggests") : familyNames[family];
}

function scoreOf({ metrics }: ModelVersion): string {
  const name = telling.find((each) => metrics[each] !== undefined);
  return name === undefined ? "" : `${metricName(name)} ${figure(metrics[name]!)}`;
}

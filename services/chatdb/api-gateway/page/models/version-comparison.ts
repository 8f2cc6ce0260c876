import type { Comparison, ModelVersion } from "@chatdb/contracts/models.ts";
import { announce, button, element } from "../dom.ts";
import { compare } from "./models-api.ts";
import { formatNumber, metricName } from "../format.ts";

/** Compares two versions of a model that the person chooses. */
export function versionComparison(versions: readonly ModelVersion[]): HTMLElement {
  const [latest, before] = versions;
  if (!latest || !before)
    return element(
      "p",
      { className: "muted" },
      "There is only one version. Once there are two, you can compare them here.",
    );
  const choice = (label: string, value: number) => {
    const select = element(
      "select",
      {},
      ...versions.map(({ version }) =>
        element("option", { value: String(version), selected: version === value }, `version ${version}`),
      ),
    );
    return [select, element("label", {}, element("span", {}, label), select)] as const;
  };
  const [from, fromField] = choice("Compare", before.version);
  const [to, toField] = choice("with", latest.version);
  const place = element("div");
  const show = async () => {
    try {
      place.replaceChildren(...comparisonOf(await compare(latest.name, Number(from.value), Number(to.value))));
      announce(`Version ${from.value} is compared with version ${to.value}.`);
    } catch (error) {
      place.replaceChildren(element("p", { className: "problem", role: "alert" }, (error as Error).message));
    }
  };
  return element(
    "div",
    { className: "comparison" },
    element(
      "div",
      { className: "fields" },
      fromField,
      toField,
      button("Compare", () => void show()),
    ),
    place,
  );
}

function comparisonOf({ from, to, metrics, same_dataset, changed_parameters }: Comparison): HTMLElement[] {
  const cell = (value: number | undefined) =>
    element("td", { className: "number" }, value === undefined ? "–" : formatNumber(value));
  const signed = (value: number | undefined) =>
    element("td", { className: "number" }, value === undefined ? "–" : `${value > 0 ? "+" : ""}${formatNumber(value)}`);
  const heads = ["Metric", `Version ${from.version}`, `Version ${to.version}`, "Difference"].map((text, at) =>
    element("th", { scope: "col", className: at > 0 ? "number" : "" }, text),
  );
  const rows = metrics.map((each) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, metricName(each.name)),
      cell(each.from),
      cell(each.to),
      signed(each.difference),
    ),
  );
  const caption = `Version ${from.version} compared with version ${to.version}`;
  const table = element(
    "table",
    {},
    element("caption", { className: "hidden" }, caption),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
  const text = (value: unknown) =>
    value === undefined ? "not given" : typeof value === "string" ? value : JSON.stringify(value);
  return [
    element("div", { className: "rows", tabIndex: 0, role: "region", aria: { label: caption } }, table),
    element(
      "p",
      { className: "muted" },
      from.imported || to.imported
        ? "The data of an imported version is unknown."
        : same_dataset
          ? "Both versions were trained from the same data."
          : "The versions were trained from different data.",
    ),
    changed_parameters.length === 0
      ? element("p", { className: "muted" }, "Both versions have the same parameters.")
      : element(
          "ul",
          { className: "changes" },
          ...changed_parameters.map((each) =>
            element("li", {}, element("code", {}, each.name), `: ${text(each.from)} → ${text(each.to)}`),
          ),
        ),
  ];
}

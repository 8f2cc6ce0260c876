import { element } from "../dom.ts";
import { models, type ModelSummary } from "./models-api.ts";
import { moment } from "../format.ts";

/** The models by name, each leading to its page. */
export class ModelList {
  readonly #place = element("div", {}, element("p", { className: "muted" }, "Looking for models"));
  readonly element = this.#place;

  async look(): Promise<void> {
    try {
      const found = await models();
      this.#place.replaceChildren(
        found.length === 0
          ? element(
              "p",
              { className: "muted" },
              "No model yet. A training that succeeds makes the first version of one.",
            )
          : table(found),
      );
    } catch (error) {
      this.#place.replaceChildren(element("p", { className: "problem", role: "alert" }, (error as Error).message));
    }
  }
}

function table(models: readonly ModelSummary[]): HTMLElement {
  const heads = ["Model", "Latest", "Production", "Staging", "Changed"].map((text, at) =>
    element("th", { scope: "col", className: at >= 1 && at <= 3 ? "number" : "" }, text),
  );
  const rows = models.map(({ name, latest_version, production_version, staging_version, updated_at }) =>
    element(
      "tr",
      {},
      element("td", {}, element("a", { href: `#models/${encodeURIComponent(name)}` }, name)),
      ...[latest_version, production_version, staging_version].map((version) =>
        element("td", { className: "number" }, version === undefined ? "–" : String(version)),
      ),
      element("td", {}, moment(updated_at)),
    ),
  );
  const whole = element(
    "table",
    {},
    element("caption", { className: "hidden" }, "Models"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
  return element("div", { className: "rows", tabIndex: 0, role: "region", aria: { label: "Models" } }, whole);
}

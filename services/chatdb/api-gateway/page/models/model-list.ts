import { element } from "../dom.ts";
import { models, type ModelSummary } from "./models-api.ts";
import { formatMoment } from "../format.ts";

/** Lists the models by name, with links to their pages. */
export class ModelList {
  readonly #place = element("div", {}, element("p", { className: "muted" }, "Loading models"));
  readonly element = this.#place;

  async look(): Promise<void> {
    try {
      const listed = await models();
      this.#place.replaceChildren(
        listed.length === 0
          ? element("p", { className: "muted" }, "No model yet. A successful training makes a model's first version.")
          : modelTable(listed),
      );
    } catch (error) {
      this.#place.replaceChildren(element("p", { className: "problem", role: "alert" }, (error as Error).message));
    }
  }
}

function modelTable(models: readonly ModelSummary[]): HTMLElement {
  const heads = ["Model", "Latest", "Production", "Staging", "Updated"].map((text, at) =>
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
      element("td", {}, formatMoment(updated_at)),
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

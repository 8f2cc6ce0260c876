import type { Evaluation } from "@chatdb/contracts/models.ts";
import { element } from "../dom.ts";

/** Shows how many held-out rows of each class were predicted as which, shaded by the share of the actual class. */
export function confusionMatrix({ classes, counts }: NonNullable<Evaluation["confusion"]>): HTMLElement {
  const totals = counts.map((row) => row.reduce((sum, each) => sum + each, 0));
  const heads = classes.map((name) => element("th", { scope: "col" }, name));
  const rows = counts.map((row, actual) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, classes[actual]),
      ...row.map((count, predicted) =>
        element(
          "td",
          {
            className: `${actual === predicted ? "hit" : "miss"} shade-${shade(count, totals[actual]!)}`,
            title: `${count} of ${totals[actual]} that are ${classes[actual]} were predicted as ${classes[predicted]}`,
          },
          String(count),
        ),
      ),
    ),
  );
  const caption = element("caption", { className: "muted" }, "Rows: the actual class. Columns: the predicted one.");
  const table = element(
    "table",
    { className: "confusion" },
    caption,
    element("thead", {}, element("tr", {}, element("td"), ...heads)),
    element("tbody", {}, ...rows),
  );
  return element("div", { className: "wide", tabIndex: 0, role: "region", aria: { label: "Confusion matrix" } }, table);
}

/** From 0 to 5. */
const shade = (count: number, total: number) => (total === 0 ? 0 : Math.ceil((5 * count) / total));

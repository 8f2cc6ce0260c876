import type { Interpretation } from "@chatdb/contracts/query.ts";
import { byWhom } from "@chatdb/contracts/values.ts";
import { element } from "../dom.ts";

/** Called with the reading that a person chooses. */
export type Choose = (interpretation: Interpretation) => void;

/** Formats a confidence from 0 to 1. */
export const percent = (confidence: number): string => `${Math.round(confidence * 100)}%`;

/** Offers readings to choose from. */
export function readingChoices(interpretations: readonly Interpretation[], choose: Choose): HTMLElement {
  const items = interpretations.map((each) =>
    element(
      "button",
      { type: "button", className: "choice", onclick: () => choose(each) },
      element("span", {}, each.reading),
      element("span", { className: "muted" }, `${percent(each.confidence)}${byWhom[each.read_by]}`),
    ),
  );
  return element("div", { className: "choices", role: "group", aria: { label: "What it may mean" } }, ...items);
}

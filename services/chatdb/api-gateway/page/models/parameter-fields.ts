import { parametersOf, type Family, type FamilyParameter } from "@chatdb/contracts/families.ts";
import { element } from "../dom.ts";

interface Field {
  label: string;
  /** Said beside it: what is taken where nothing is given. */
  usual: string;
  range?: { min?: number; max?: number; step: number | "any" };
  choices?: readonly string[];
}

const whole = (min: number, max?: number) => ({ min, ...(max !== undefined && { max }), step: 1 });

/** As training-parameters.ts of the contracts has them. */
const fields: Record<FamilyParameter, Field> = {
  l2: { label: "Ridge penalty", usual: "by family", range: { min: 0, step: "any" } },
  max_iterations: { label: "Iterations at most", usual: "500", range: whole(1, 10_000) },
  trees: { label: "Trees", usual: "100", range: whole(1, 2000) },
  leaves: { label: "Leaves of a tree", usual: "31", range: whole(2, 1024) },
  learning_rate: { label: "Learning rate", usual: "0.1", range: { max: 1, step: "any" } },
  min_rows: { label: "Rows of a leaf, at least", usual: "20", range: whole(1) },
  neighbours: { label: "Neighbours", usual: "5", range: whole(1, 1000) },
  neighbour_weights: { label: "Nearer ones count", usual: "the same", choices: ["uniform", "distance"] },
};

const shared: Record<"test_fraction" | "seed", Field> = {
  test_fraction: { label: "Share of rows held out", usual: "0.2", range: { max: 0.99, step: "any" } },
  seed: { label: "Seed", usual: "1", range: whole(0, 0xffffffff) },
};

const choiceNames: Record<string, string> = { uniform: "the same", distance: "for more" };

/** Inputs for what a family, or without one every family, may be told. */
export function parameterFields(family: Family | undefined): HTMLElement[] {
  const known: [string, Field][] = (family === undefined ? [] : parametersOf[family]).map((name) => [
    name,
    fields[name],
  ]);
  return [...known, ...Object.entries(shared)].map(([name, { label, usual, range, choices }]) => {
    const input = choices
      ? element(
          "select",
          { name },
          element("option", { value: "" }, "Usual"),
          ...choices.map((value) => element("option", { value }, choiceNames[value])),
        )
      : element("input", { name, type: "number", placeholder: usual, ...bounds(range!) });
    return element("label", {}, element("span", {}, label), input);
  });
}

const bounds = ({ min, max, step }: NonNullable<Field["range"]>) => ({
  step: String(step),
  ...(min !== undefined && { min: String(min) }),
  ...(max !== undefined && { max: String(max) }),
});

/** What was entered in such inputs; what was left empty is left out. */
export function parametersIn(place: HTMLElement): Record<string, number | string> {
  const inputs = [...place.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")].filter(
    ({ name, value }) => name !== "" && value !== "",
  );
  return Object.fromEntries(
    inputs.map((input) => [input.name, input instanceof HTMLInputElement ? Number(input.value) : input.value]),
  );
}

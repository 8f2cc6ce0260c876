import { parametersOf, type Family, type FamilyParameter } from "@chatdb/contracts/families.ts";
import { element } from "../dom.ts";

interface Field {
  label: string;
  /** The default, shown in the empty field. */
  fallback: string;
  range?: { min?: number; max?: number; step: number | "any" };
  choices?: readonly string[];
}

const whole = (min: number, max?: number) => ({ min, ...(max !== undefined && { max }), step: 1 });

/** The fields, with the bounds and defaults of training-parameters.ts in the contracts. */
const fields: Record<FamilyParameter, Field> = {
  l2: { label: "Ridge penalty", fallback: "by family", range: { min: 0, step: "any" } },
  max_iterations: { label: "Maximum iterations", fallback: "500", range: whole(1, 10_000) },
  trees: { label: "Trees", fallback: "100", range: whole(1, 2000) },
  leaves: { label: "Leaves per tree", fallback: "31", range: whole(2, 1024) },
  learning_rate: { label: "Learning rate", fallback: "0.1", range: { max: 1, step: "any" } },
  min_rows: { label: "Minimum rows per leaf", fallback: "20", range: whole(1) },
  neighbours: { label: "Neighbours", fallback: "5", range: whole(1, 1000) },
  neighbour_weights: { label: "Weight of neighbours", fallback: "equal", choices: ["uniform", "distance"] },
};

const shared: Record<"test_fraction" | "seed", Field> = {
  test_fraction: { label: "Share of rows held out", fallback: "0.2", range: { max: 0.99, step: "any" } },
  seed: { label: "Seed", fallback: "1", range: whole(0, 0xffffffff) },
};

const choiceNames: Record<string, string> = { uniform: "equal", distance: "by distance" };

/** Creates the inputs for a family's parameters, or without a family for those that every family has. */
export function parameterFields(family: Family | undefined): HTMLElement[] {
  const known: [string, Field][] = (family === undefined ? [] : parametersOf[family]).map((name) => [
    name,
    fields[name],
  ]);
  return [...known, ...Object.entries(shared)].map(([name, { label, fallback, range, choices }]) => {
    const input = choices
      ? element(
          "select",
          { name },
          element("option", { value: "" }, "Default"),
          ...choices.map((value) => element("option", { value }, choiceNames[value])),
        )
      : element("input", { name, type: "number", placeholder: fallback, ...bounds(range!) });
    return element("label", {}, element("span", {}, label), input);
  });
}

const bounds = ({ min, max, step }: NonNullable<Field["range"]>) => ({
  step: String(step),
  ...(min !== undefined && { min: String(min) }),
  ...(max !== undefined && { max: String(max) }),
});

/** Reads the parameters that were entered; empty inputs are left out. */
export function parametersIn(place: HTMLElement): Record<string, number | string> {
  const inputs = [...place.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")].filter(
    ({ name, value }) => name !== "" && value !== "",
  );
  return Object.fromEntries(
    inputs.map((input) => [input.name, input instanceof HTMLInputElement ? Number(input.value) : input.value]),
  );
}

import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import type { Column, NumberColumn } from "./column.ts";
import type { Dataset } from "./dataset.ts";
import { JobError } from "./job-error.ts";
import { ProblemList } from "./problem-list.ts";

export interface NumberTarget {
  task: "regression";
  name: string;
  values: Float64Array;
}

export interface ClassTarget {
  task: "classification";
  name: string;
  /** Sorted names. */
  classes: string[];
  /** Index into `classes` for each row. */
  labels: Int32Array;
}

/** The column to predict. */
export type Target = NumberTarget | ClassTarget;

/** A column of whole numbers with at most this many distinct values holds classes. */
const maxNumericClasses = 20;
const maxClasses = 100;

/**
 * Picks the column to predict (the given one, else the one named "target", else the last) and the task:
 * the given one, else regression for numbers that are fractional or many, else classification.
 */
export function chooseTarget(
  { columns, rowNumbers }: Dataset,
  given?: string,
  task?: TrainingParameters["task"],
): Target {
  const name = given ?? (columns.some((column) => column.name === "target") ? "target" : columns.at(-1)!.name);
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    throw new JobError(
      `The dataset has no column "${name}" to predict. It has ${columns.map((each) => `"${each.name}"`).join(", ")}.`,
    );
  }
  const problems = new ProblemList();
  column.values.forEach((value: number | string | undefined, index: number) => {
    if (value === undefined || Number.isNaN(value))
      problems.add(`row ${rowNumbers[index]}, column "${name}": no value`);
  });
  problems.throwIfAny("The column to predict needs a value in every row.");
  if (column.kind === "number" && (task ?? taskOf(column)) === "regression")
    return { task: "regression", name, values: column.values };
  if (task === "regression")
    throw new JobError(
      `Column "${name}" holds words; regression predicts numbers. Leave the task out, or choose another target.`,
    );
  return toClasses(column);
}

function taskOf({ values }: NumberColumn): "regression" | "classification" {
  const distinct = new Set(values).size;
  return distinct > maxNumericClasses ||
    distinct > values.length / 2 ||
    values.some((value) => !Number.isInteger(value))
    ? "regression"
    : "classification";
}

function toClasses(column: Column): ClassTarget {
  const names = Array.from<number | string | undefined, string>(column.values, String);
  const classes = [...new Set(names)].sort();
  if (classes.length < 2)
    throw new JobError(`Column "${column.name}" is "${classes[0]}" in every row: there is nothing to distinguish.`);
  if (classes.length > maxClasses) {
    throw new JobError(
      `Column "${column.name}" has ${classes.length} different values; classification takes at most ${maxClasses}.`,
    );
  }
  const indices = new Map(classes.map((name, index) => [name, index]));
  return {
    task: "classification",
    name: column.name,
    classes,
    labels: Int32Array.from(names, (name) => indices.get(name)!),
  };
}

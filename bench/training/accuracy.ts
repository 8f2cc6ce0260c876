import type { Family } from "@chatdb/contracts/training-parameters.ts";
import type { Column } from "@chatdb/ml-engine/training/column.ts";
import type { Dataset } from "@chatdb/ml-engine/training/dataset.ts";
import { splitRows } from "@chatdb/ml-engine/training/row-split.ts";
import { train } from "@chatdb/ml-engine/training/train.ts";
import { readShopSet } from "../nlq/shop-set.ts";
import type { Reference } from "./reference.ts";

/** Sets of scikit-learn, and their targets. */
const tables = {
  iris: "classification",
  wine: "classification",
  "breast cancer": "classification",
  diabetes: "regression",
  digits: "classification",
} as const;

/** Mean over the splits of r2 for a regression, accuracy for a classification. */
export interface Compared {
  set: string;
  family: Family;
  ours: number;
  theirs: number;
}

interface Examples {
  set: string;
  task: "regression" | "classification";
  dataset: Dataset;
  /** Parameters in scikit-learn's names. */
  rows: unknown[];
  target: unknown[];
}

/**
 * Compares each family with scikit-learn's on the same splits with a fifth of the rows held out, by the seeds 1, 2, ...
 */
export async function* compareAccuracy(reference: Reference, splits: number): AsyncGenerator<Compared> {
  for (const set of [...(Object.keys(tables) as (keyof typeof tables)[]), "questions" as const]) {
    const examples = set === "questions" ? questions() : await tableOf(reference, set);
    for (const family of familiesFor(examples))
      yield { set: examples.set, family, ...(await compare(reference, examples, family, splits)) };
  }
}

function familiesFor({ set, task }: Examples): Family[] {
  if (!(set in tables)) return ["text-classification"];
  return [task === "regression" ? "linear-regression" : "logistic-regression", "boosted-trees", "k-nearest-neighbours"];
}

async function compare(
  reference: Reference,
  { task, dataset, rows, target }: Examples,
  family: Family,
  splits: number,
) {
  let [ours, theirs] = [0, 0];
  for (let seed = 1; seed <= splits; seed++) {
    const { training, test } = splitRows(rows.length, 0.2, seed);
    ours +=
      train(dataset, "target", { task, family, seed }).metrics[task === "regression" ? "r2" : "accuracy"]! / splits;
    theirs +=
      (await reference.ask<number>({
        do: "score",
        family,
        task,
        rows,
        target,
        training: [...training],
        test: [...test],
      })) / splits;
  }
  return { ours, theirs };
}

async function tableOf(reference: Reference, set: keyof typeof tables): Promise<Examples> {
  const { columns, target } = await reference.ask<{ columns: number[][]; target: number[] }>({ do: "load", name: set });
  const rows = target.map((_, row) => columns.map((values) => values[row]!));
  const named = [...columns, target].map(
    (values, place): Column => ({
      kind: "number",
      name: place < columns.length ? `x${place}` : "target",
      values: Float64Array.from(values),
      missing: 0,
    }),
  );
  return { set, task: tables[set], dataset: datasetOf(named), rows, target };
}

/** The questions about the sample shop, by topic. */
function questions(): Examples {
  const set = readShopSet();
  const columns = [set.map(({ question }) => question), set.map(({ topic }) => topic)];
  const named = columns.map(
    (values, place): Column => ({ kind: "category", name: ["text", "target"][place]!, values, missing: 0 }),
  );
  return {
    set: "shop questions by topic",
    task: "classification",
    dataset: datasetOf(named),
    rows: columns[0]!,
    target: columns[1]!,
  };
}

const datasetOf = (columns: Column[]): Dataset => ({
  columns,
  rowNumbers: Array.from({ length: columns[0]!.values.length }, (_, row) => row + 2),
  sha256: "",
});

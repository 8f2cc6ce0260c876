import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitTrees } from "@chatdb/ml-engine/training/fit-trees.ts";
import { learnFeatures } from "@chatdb/ml-engine/training/features.ts";
import type { NumberColumn } from "@chatdb/ml-engine/training/column.ts";
import { mulberry32 } from "@chatdb/ml-engine/training/seeded-random.ts";
import type { Target } from "@chatdb/ml-engine/training/target.ts";
import { unwatched } from "@chatdb/ml-engine/training/watch.ts";
import type { Reference } from "./reference.ts";

const rows = 100_000;
const width = 20;

/** Wall-clock and CPU seconds of fitting boosted trees: 100 rounds of 31 leaves. */
export interface Timed {
  seconds: number;
  cpu: number;
}

export interface Timing {
  task: "regression" | "classification";
  ours: Timed[];
  theirs: Timed[];
  threads: number;
}

/** Times boosted trees on 100,000 rows of 20 numbers, ours and scikit-learn's in turn. */
export async function* compareSpeed(reference: Reference, repeats: number): AsyncGenerator<Timing> {
  const folder = mkdtempSync(join(tmpdir(), "chatdb-bench-"));
  try {
    for (const task of ["regression", "classification"] as const) {
      const { columns, target } = tableFor(task);
      const file = join(folder, task);
      writeFileSync(
        file,
        Buffer.concat(
          [...columns.map(({ values }) => values), targetValues(target)].map((values) => new Uint8Array(values.buffer)),
        ),
      );
      const timing: Timing = { task, ours: [], theirs: [], threads: 1 };
      for (let n = 0; n < repeats; n++) {
        timing.ours.push(fitOurs(columns, target));
        const { threads, ...theirs } = await reference.ask<Timed & { threads: number }>({
          do: "fit_time",
          task,
          file,
          rows,
          columns: width + 1,
        });
        timing.theirs.push(theirs);
        timing.threads = threads;
      }
      yield timing;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fitOurs(columns: readonly NumberColumn[], target: Target): Timed {
  const split = { training: Int32Array.from({ length: rows }, (_, row) => row), test: new Int32Array(0) };
  const features = learnFeatures(columns, split.training);
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  fitTrees(features, columns, target, split, {}, unwatched);
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - start) / 1e3, cpu: (user + system) / 1e6 };
}

/** A target of a linear term, a sine and a product with noise; for a classification, whether it is above its median. */
function tableFor(task: Timing["task"]): { columns: NumberColumn[]; target: Target } {
  const random = mulberry32(1);
  const columns = Array.from(
    { length: width },
    (_, place): NumberColumn => ({
      kind: "number",
      name: `x${place}`,
      missing: 0,
      values: Float64Array.from({ length: rows }, () => 2 * random() - 1),
    }),
  );
  const [a, b, c, d] = columns.map(({ values }) => values);
  const values = Float64Array.from(
    a!,
    (each, row) => 3 * each + Math.sin(5 * b![row]!) + c![row]! * d![row]! + random() - 0.5,
  );
  if (task === "regression") return { columns, target: { task, name: "y", values } };
  return {
    columns,
    target: { task, name: "y", classes: ["0", "1"], labels: Int32Array.from(values, (value) => Number(value > 0)) },
  };
}

const targetValues = (target: Target) =>
  Float64Array.from(target.task === "regression" ? target.values : target.labels);

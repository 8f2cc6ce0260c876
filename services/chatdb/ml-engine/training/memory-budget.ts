import { JobError } from "./job-error.ts";

const MiB = 2 ** 20;

/** Memory that an engine needs besides its trainings, bytes. */
const programBytes = 128 * MiB;

/**
 * Memory that reading and training take for each value of a dataset, bytes, with a margin: two concurrent trainings of
 * boosted trees, each on 0.78 million rows of 20 numbers, took 945 MiB with the whole process, 27 bytes a value.
 */
const bytesPerValue = 30;

/**
 * Computes how many values (rows times columns) a dataset may have if so many trainings share the memory of an engine.
 * @param memoryBytes memory limit of the engine
 */
export function maxDatasetValues(memoryBytes: number, trainings: number): number {
  return Math.max(0, Math.floor((memoryBytes - programBytes) / trainings / bytesPerValue));
}

/** Throws a JobError if a dataset has more values than fit into memory. */
export function checkMemoryBudget(rows: number, columns: number, maxValues: number): void {
  if (rows * columns <= maxValues) return;
  const reached = `${columns} columns and by row ${rows} more than ${maxValues} values`;
  throw new JobError(
    `The dataset has ${reached}: this engine's memory has room for no more. Train on fewer rows or columns, or give ml-engine more memory ("How many trainings at once" in docs/operations.md).`,
  );
}

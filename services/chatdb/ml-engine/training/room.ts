import { JobError } from "./job-error.ts";

const MiB = 2 ** 20;

/** What an engine needs besides its trainings, bytes. */
const programBytes = 128 * MiB;

/**
 * What reading and training take for each value of a dataset, bytes, with some to spare: two trainings of boosted trees at a time, each on 0.78 million rows
 * of 20 numbers, took 945 MiB with all that is in the process, 27 bytes a value.
 */
const bytesPerValue = 30;

/**
 * Values (rows times columns) that a dataset may have where so many trainings share the memory of an engine.
 * @param memoryBytes what the engine may take before it is killed
 */
export function mostValues(memoryBytes: number, trainings: number): number {
  return Math.max(0, Math.floor((memoryBytes - programBytes) / trainings / bytesPerValue));
}

/** Throws a JobError where a dataset has more values than there is room for. */
export function checkRoom(rows: number, columns: number, most: number): void {
  if (rows * columns <= most) return;
  const reached = `${columns} columns and by row ${rows} more than ${most} values`;
  throw new JobError(
    `The dataset has ${reached}: this engine's memory has room for no more. Train on fewer rows or columns, or give ml-engine more memory ("How many trainings at once" in docs/operations.md).`,
  );
}

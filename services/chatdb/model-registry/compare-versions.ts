import { isDeepStrictEqual } from "node:util";
import type { Comparison, ModelVersion } from "@chatdb/contracts/models.ts";

/** Compares two versions. Names are sorted; a value that only one version has lacks the other side. */
export function compare(from: ModelVersion, to: ModelVersion): Comparison {
  const [before, after] = [from.lineage?.parameters ?? {}, to.lineage?.parameters ?? {}] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  return {
    from,
    to,
    metrics: namesOf(from.metrics, to.metrics).map((name) => {
      const [old, now] = [from.metrics[name], to.metrics[name]];
      return { name, from: old, to: now, ...(old !== undefined && now !== undefined && { difference: now - old }) };
    }),
    same_dataset: from.lineage !== undefined && from.lineage.dataset_sha256 === to.lineage?.dataset_sha256,
    changed_parameters: namesOf(before, after)
      .filter((name) => !isDeepStrictEqual(before[name], after[name]))
      .map((name) => ({ name, from: before[name], to: after[name] })),
  };
}

function namesOf(...records: object[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))].sort();
}

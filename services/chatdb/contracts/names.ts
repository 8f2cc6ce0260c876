/* Derives valid names from those of files. It imports no package, so that the web page can bundle it. */

/** Derives the name of a dataset from that of a file. */
export function datasetNameOf(file: string): string {
  const name = file
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(-128)
    .replace(/^[^a-z0-9]+/, "");
  return name === "" ? "dataset.csv" : name;
}

/** Derives the name of a model from that of a dataset, without its extension. */
export const modelNameOf = (dataset: string): string =>
  dataset.replace(/\.(csv|jsonl|ndjson|txt)$/, "").slice(0, 80) || "model";

/* Names that suit what people have, as datasets.ts and models.ts allow them. Without a package, so that the web page can have them too. */

/** A dataset's name for that of a file. */
export function datasetNameOf(file: string): string {
  const name = file
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(-128)
    .replace(/^[^a-z0-9]+/, "");
  return name === "" ? "dataset.csv" : name;
}

/** A model's name for that of a dataset: without the ending. */
export const modelNameOf = (dataset: string): string =>
  dataset.replace(/\.(csv|jsonl|ndjson|txt)$/, "").slice(0, 80) || "model";

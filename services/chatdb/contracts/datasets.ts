import { z } from "zod";

/** Name of a dataset, which is its key in the bucket of datasets. */
export const datasetName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,127}$/,
    "must be 1 to 128 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit",
  )
  .describe("Name of a dataset, for example houses.csv");

/**
 * Location of a dataset: `s3://<bucket>/<key>`, `https://<host>/<path>` or `http://…`, or `query://<data source>?<SQL,
 * URL-encoded>` for the rows of a query.
 */
export const datasetLocation = z
  .string()
  .max(8192)
  .regex(
    /^(s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\s/]\S*|https?:\/\/[^\s/@]+(\/\S*)?|query:\/\/[^\s/?]+\?\S+)$/,
    "must read s3://<bucket>/<key>, https://<host>/<path>, or query://<data source>?<SQL, URL-encoded>",
  )
  .describe(
    "A CSV file with a header row, or JSON lines (.jsonl, .ndjson): s3://<bucket>/<key> or https://<host>/<path>. " +
      "Rows of a query: query://<data source>?<SQL, URL-encoded>. Questions: JSON lines, or s3://<bucket>/<folder>/ of such files",
  );

/** Lower-case hexadecimal SHA-256. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits");

/** Answer of `PUT /datasets/:name`, and an entry of `GET /datasets`. */
export const dataset = z.object({
  name: datasetName,
  location: datasetLocation,
  bytes: z.int().nonnegative(),
  sha256: sha256.optional().describe("Only in the answer to an upload"),
});
export const datasetList = z.object({ datasets: z.array(dataset) });

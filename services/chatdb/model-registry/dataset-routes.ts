import { dataset, datasetList, datasetName } from "@chatdb/contracts/datasets.ts";
import { limit } from "@chatdb/contracts/common.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import { z } from "zod";
import { storeUpload } from "./upload.ts";

export interface DatasetDeps {
  objects: ObjectStore;
  bucket: string;
  maxDatasetBytes: number;
}

/** Routes for datasets, which are streamed. A PUT replaces a dataset atomically. */
export function addDatasetRoutes(app: App, { objects, bucket, maxDatasetBytes }: DatasetDeps): void {
  const params = z.object({ name: datasetName });
  const locationOf = (name: string) => `s3://${bucket}/${name}`;

  app.put("/datasets/:name", { schema: { params, response: { 200: dataset } } }, async (request) => {
    const { name } = request.params;
    const stored = await storeUpload(request, { maxBytes: maxDatasetBytes }, (body) =>
      objects.put(bucket, name, body, { contentType: "text/csv" }),
    );
    return { name, location: locationOf(name), ...stored };
  });

  app.get(
    "/datasets",
    { schema: { querystring: z.object({ limit }), response: { 200: datasetList } } },
    async (request) => {
      const stored = await objects.list(bucket);
      return {
        datasets: stored
          .slice(0, request.query.limit)
          .map(({ key, bytes }) => ({ name: key, location: locationOf(key), bytes })),
      };
    },
  );

  app.get("/datasets/:name", { schema: { params } }, async (request, reply) => {
    const file = await objects.get(bucket, request.params.name);
    if (!file) throw new Problem(chatdbProblems.datasetNotFound, `There is no dataset named "${request.params.name}".`);
    return reply.header("content-type", "text/csv; charset=utf-8").send(file);
  });
}

import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { importQuery, modelName, modelVersion, onnxFormat, type ImportQuery } from "@chatdb/contracts/models.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import { maxFileBytes, tryOnnx } from "@chatdb/onnx-runtime/model.ts";
import { InvalidOnnxFile } from "@chatdb/onnx-runtime/signature.ts";
import { OnnxFailure, OnnxTimeout } from "@chatdb/onnx-runtime/thread.ts";
import { z } from "zod";
import type { ArtifactStore } from "./artifact-store.ts";
import type { ModelStore } from "./model-store.ts";
import { storeUpload } from "./upload.ts";

export interface ImportDeps {
  models: ModelStore;
  artifacts: ArtifactStore;
}

/** Route for models that were trained elsewhere: the file is tried, then stored unchanged and registered. */
export function addImportRoutes(app: App, { models, artifacts }: ImportDeps): void {
  const inSequence = createQueue();
  app.post(
    "/models/:name/import",
    {
      schema: {
        params: z.object({ name: modelName }),
        querystring: importQuery,
        response: { 200: modelVersion, 201: modelVersion },
      },
    },
    async (request, reply) => {
      const {
        params: { name },
        query,
      } = request;
      const file = await storeUpload(request, { maxBytes: maxFileBytes }, buffer);
      const sha256 = createHash("sha256").update(file).digest("hex");
      const job_id = `import-${createHash("sha256")
        .update(JSON.stringify([sha256, query.target, query.features, query.classes]))
        .digest("hex")}`;
      const [known] = (await models.versions(name, { job_id, limit: 1 })) ?? [];
      if (known) return reply.header("location", `/models/${name}/${known.version}`).send(known);
      const imported = { target: query.target, ...(await inSequence(() => tryFile(file, query))) };
      await artifacts.put(name, sha256, (put) => put(Readable.from([file])));
      const { version, created } = await models.register({
        name,
        job_id,
        sha256,
        format: onnxFormat,
        metrics: {},
        imported,
      });
      return reply
        .code(created ? 201 : 200)
        .header("location", `/models/${name}/${version.version}`)
        .send(version);
    },
  );
}

/** Tries the model on two rows. Throws a Problem (422) with all faults of the file. */
async function tryFile(file: Buffer, names: ImportQuery) {
  try {
    return await tryOnnx(file, names);
  } catch (error) {
    if (error instanceof InvalidOnnxFile)
      throw new Problem(chatdbProblems.modelFileInvalid, `The file cannot be imported. ${error.message}`, {
        errors: error.faults.map((message) => ({ path: "file", message })),
      });
    if (error instanceof OnnxTimeout)
      throw new Problem(
        chatdbProblems.modelFileInvalid,
        `The file cannot be imported: it ${error.message}. A smaller model may.`,
      );
    if (error instanceof OnnxFailure)
      throw new Problem(
        chatdbProblems.modelFileInvalid,
        `The file cannot be imported: tried on two rows of ones, it failed: ${error.message}.`,
      );
    throw error;
  }
}

/** Runs tasks one after another, since each may take as much memory as a model. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(task: () => Promise<T>): Promise<T> => {
    const own = last.then(task);
    last = own.catch(() => undefined);
    return own;
  };
}

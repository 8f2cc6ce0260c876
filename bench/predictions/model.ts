import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onnxFormat, type ModelVersion } from "@chatdb/contracts/models.ts";
import { artifactFormat, serializeArtifact, type ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import { toOnnx } from "@chatdb/ml-model/onnx/export.ts";

const categories = Array.from({ length: 12 }, (_, index) => `district-${index}`);

/** A classifier of twelve columns: ten of numbers, two of categories. */
const artifact: ModelArtifact = {
  family: "logistic-regression",
  format: artifactFormat,
  target: "sold",
  features: [
    ...Array.from({ length: 10 }, (_, index) => ({
      kind: "number" as const,
      name: `number_${index}`,
      mean: index,
      scale: 2,
      required: index < 8,
    })),
    ...["district", "nearby"].map((name) => ({
      kind: "category" as const,
      name,
      categories,
      open: name === "nearby",
      required: true,
    })),
  ],
  classes: ["no", "yes"],
  intercepts: [0.5, -0.5],
  weights: [1, -1].map((sign) => Array.from({ length: 34 }, (_, index) => sign * Math.sin(index))),
};

/** Names in the order of the file's inputs. */
const imported = { target: "sold", features: artifact.features.map(({ name }) => name), classes: ["no", "yes"] };

/** Creates a body of `POST /predict` for it. */
export function requestBody(n: number): string {
  const numbers = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`number_${index}`, ((n * (index + 3)) % 1000) / 10]),
  );
  const features = { ...numbers, district: categories[n % 12], nearby: categories[(n * 5) % 12] };
  return JSON.stringify({ model_name: "houses", version: "latest", features });
}

/** Starts a registry with this single model: as it was trained, or as an imported ONNX file. */
export async function serveModel({ asOnnx = false } = {}): Promise<{ url: string; server: Server }> {
  const bytes = asOnnx ? Buffer.from(toOnnx(artifact)) : serializeArtifact(artifact);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const version: ModelVersion = {
    name: "houses",
    version: 1,
    stage: "production",
    job_id: "j",
    sha256,
    bytes: bytes.length,
    format: asOnnx ? onnxFormat : artifactFormat,
    metrics: {},
    ...(asOnnx && { imported }),
    created_at: new Date().toISOString(),
  };
  const server = createServer((request, response) => {
    response.end(request.url?.endsWith("/artifact") ? bytes : JSON.stringify(version));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

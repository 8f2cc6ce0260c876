import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ImportedModel, ModelVersion } from "@chatdb/contracts/models.ts";
import { artifactFormat, serializeArtifact, type ModelArtifact } from "@chatdb/ml-model/artifact.ts";

/** Creates a model of y = constant + 2 * width + (5 for red). */
export const linear = (constant: number): ModelArtifact => ({
  family: "linear-regression",
  format: artifactFormat,
  target: "y",
  features: [
    { kind: "number", name: "width", mean: 10, scale: 4, required: true },
    { kind: "category", name: "colour", categories: ["blue", "red"], open: false, required: true },
    { kind: "number", name: "age", mean: 1, scale: 1, required: false },
  ],
  intercept: constant + 20,
  weights: [8, 0, 5, 0],
});

/** Answers like the real registry, records its requests, and simulates failures. */
export class FakeRegistry {
  readonly calls: string[] = [];
  readonly models = new Map<string, Buffer[]>();
  /** The version in each stage, by model. */
  readonly stages = new Map<string, Record<string, number>>();
  /** The description of each model that was imported as an ONNX file. */
  readonly imported = new Map<string, ImportedModel>();
  mood: "well" | "away" | "damaging" = "well";
  /** Awaited before an artifact is answered. */
  artifactGate: Promise<unknown> = Promise.resolve();
  readonly #server: Server = createServer((request, response) => {
    this.calls.push(request.url ?? "");
    const [, , name = "", given = "", artifact] = (request.url ?? "").split("/");
    const versions = this.models.get(name) ?? [];
    const version = given === "latest" ? versions.length : (this.stages.get(name)?.[given] ?? Number(given));
    const bytes = versions[version - 1];
    if (this.mood === "away") return void request.socket.destroy();
    if (!bytes)
      return void response
        .writeHead(404, { "content-type": "application/problem+json" })
        .end(JSON.stringify({ detail: `There is no model named "${name}".` }));
    if (artifact)
      return void this.artifactGate.then(() =>
        response.end(this.mood === "damaging" ? Buffer.concat([bytes, Buffer.from(" ")]) : bytes),
      );
    const imported = this.imported.get(name);
    const described: ModelVersion = {
      name,
      version,
      stage: "none",
      job_id: "j",
      sha256: createHash("sha256").update(bytes).digest("hex"),
      bytes: bytes.length,
      format: imported ? "onnx" : artifactFormat,
      metrics: {},
      ...(imported && { imported }),
      created_at: new Date().toISOString(),
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(described));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  add(name: string, artifact: ModelArtifact): void {
    this.#add(name, serializeArtifact(artifact));
  }

  /** Adds an imported ONNX file as a version; all versions of its model are imported then. */
  import(name: string, file: Buffer, imported: ImportedModel): void {
    this.imported.set(name, imported);
    this.#add(name, file);
  }

  #add(name: string, bytes: Buffer): void {
    this.models.set(name, [...(this.models.get(name) ?? []), bytes]);
  }
}

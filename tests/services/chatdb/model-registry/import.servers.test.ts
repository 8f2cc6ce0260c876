import { expect } from "chai";
import { modelVersion, modelVersionList } from "@chatdb/contracts/models.ts";
import { maxFileBytes } from "@chatdb/onnx-runtime/model.ts";
import { expectedOf, onnxFile, times } from "../support/onnx-files.ts";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";
import { detailOf, digest, startRegistry, type TestRegistry } from "../support/registry.ts";

describe("model-registry: models of ONNX files", function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let registry: TestRegistry;
  let names = 0;
  const freshName = () => `imported-${++names}`;
  before(async () => {
    database = await startPglite();
    registry = await startRegistry(database.pool, { artifactGraceS: 3600 });
  });
  after(async () => {
    await registry.close();
    await database.close();
  });

  const send = (name: string, payload: Buffer, query: Record<string, string> = {}) =>
    registry.app.inject({
      method: "POST",
      url: `/models/${name}/import`,
      query,
      headers: { "content-type": "application/octet-stream" },
      payload,
    });
  const versionsOf = async (name: string) =>
    modelVersionList.parse((await registry.get(`/models/${name}`)).json()).versions;

  it("stores a file unchanged, with its description", async () => {
    const name = freshName();
    const file = onnxFile("iris-logistic");
    const answer = await send(name, file, {
      target: "species",
      features: "sepal length, sepal width,petal length,petal width",
    });
    expect(answer.statusCode, answer.body).to.equal(201);
    expect(answer.headers.location).to.equal(`/models/${name}/1`);
    expect(modelVersion.parse(answer.json())).to.deep.include({
      name,
      version: 1,
      stage: "none",
      format: "onnx",
      sha256: digest(file),
      bytes: file.length,
      metrics: {},
      imported: {
        target: "species",
        features: ["sepal length", "sepal width", "petal length", "petal width"],
        classes: ["setosa", "versicolor", "virginica"],
      },
    });
    expect((await registry.get(`/models/${name}/latest`)).json()).to.deep.equal(answer.json());
    for (const query of ["", "?format=onnx"]) {
      const artifact = await registry.get(`/models/${name}/1/artifact${query}`);
      expect(artifact.rawPayload.equals(file)).to.equal(true);
      expect(artifact.headers).to.include({
        etag: `"${digest(file)}"`,
        "content-length": String(file.length),
        "content-type": "application/octet-stream",
      });
      expect(artifact.headers["content-disposition"]).to.equal(
        (query && `attachment; filename="${name}-1.onnx"`) || undefined,
      );
    }
  });

  it("makes one version of the same file and options, also for concurrent imports", async () => {
    const name = freshName();
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => send(name, times(n % 2))));
    expect(answers.map(({ statusCode }) => statusCode).sort()).to.deep.equal([200, 200, 200, 200, 201, 201]);
    expect(await versionsOf(name)).to.have.length(2);
    expect((await send(name, times(1))).statusCode).to.equal(200);
    expect((await send(name, times(1), { target: "y" })).statusCode).to.equal(201);
    expect((await send(name, times(1), { target: "y", features: "width" })).json()).to.deep.include({ version: 4 });
    await registry.post("/artifacts/collect?grace_s=0");
    for (const { version } of await versionsOf(name))
      expect((await registry.get(`/models/${name}/${version}/artifact`)).statusCode).to.equal(200);
  });

  it("names columns by default, and accepts an input for each column", async () => {
    expect((await send(freshName(), onnxFile("diabetes-linear"))).json()).to.deep.include({
      imported: { target: "prediction", features: Array.from({ length: 10 }, (_, at) => `x${at + 1}`) },
    });
    expect((await send(freshName(), onnxFile("cars-columns"))).json()).to.deep.include({
      imported: { target: "prediction", features: Object.keys(expectedOf["cars-columns"]!.rows[0]!) },
    });
  });

  it("reports all faults of a file, and stores nothing", async () => {
    const name = freshName();
    const refused = async (file: Buffer, query: Record<string, string>, status: number, ...parts: string[]) => {
      const answer = await send(name, file, query);
      expect(answer.statusCode, answer.body).to.equal(status);
      for (const part of parts) expect(detailOf(answer)).to.contain(part);
    };
    await refused(Buffer.from("no model"), {}, 422, "The file cannot be imported. This is not an ONNX file");
    await refused(onnxFile("iris-maps"), {}, 422, "zipmap=False");
    await refused(
      onnxFile("iris-maps"),
      { features: "a" },
      422,
      "zipmap=False",
      "It takes 4 columns, and 1 features are named.",
    );
    await refused(onnxFile("iris-neighbours"), {}, 422, "name them with classes=");
    await refused(onnxFile("iris-neighbours"), { classes: "a,b,c" }, 422, 'It answers the class "', "none of a, b, c");
    await refused(
      onnxFile("iris-neighbours"),
      { classes: "setosa,versicolor" },
      422,
      "has the shape [2, 3] for 2 rows, not [2, 2]",
    );
    await refused(onnxFile("diabetes-linear").subarray(0, 200), {}, 422, "a part of it is missing");
    await refused(times(1), { features: "a,,b", target: "" }, 400, "a name is missing", "target");
    await refused(times(1), { features: "a,a" }, 400, "a name is repeated");
    await refused(Buffer.alloc(maxFileBytes + 1), {}, 413, String(maxFileBytes));
    expect(
      (await registry.app.inject({ method: "POST", url: `/models/${name}/import`, payload: { file: "x" } })).statusCode,
    ).to.equal(415);
    expect((await registry.get(`/models/${name}`)).statusCode).to.equal(404);
    expect(
      await registry.db.selectFrom("artifacts").select("key").where("model_name", "=", name).execute(),
    ).to.deep.equal([]);
  });
});

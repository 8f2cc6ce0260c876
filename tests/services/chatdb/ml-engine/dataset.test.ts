import { createHash } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import { expect } from "chai";
import fc from "fast-check";
import { readDataset } from "@chatdb/ml-engine/training/dataset.ts";
import { JobError } from "@chatdb/ml-engine/training/job-error.ts";

const streamOf = (text: string) => Readable.from([Buffer.from(text)]);
const read = (text: string) => readDataset(streamOf(text));

/** What a rejected promise says; fails when it is not rejected with a JobError. */
async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).to.be.instanceOf(JobError);
  return (error as JobError).message;
}

describe("reading a dataset", () => {
  it("rejects more values than fit into memory before it reads them", async () => {
    const rows = streamOf("a,b\n1,2\n3,4\n5,6\n");
    expect((await readDataset(rows, "csv", 6)).rowNumbers).to.have.lengthOf(3);
    const refused = await reasonOf(readDataset(streamOf("a,b\n1,2\n3,4\n5,6\n"), "csv", 5));
    expect(refused).to.contain("2 columns and by row 3 more than 5 values").and.to.contain("more memory");
    // Each line has a key of its own.
    const keys = Array.from({ length: 100_000 }, (_, index) => JSON.stringify({ [`key ${index}`]: index }));
    expect(await reasonOf(readDataset(streamOf(keys.join("\n")), "json-lines", 1_000_000))).to.contain(
      "more than 1000000 values",
    );
  });

  it("types columns by their cells", async () => {
    const { columns } = await read('a,b,c\n1,x,\n-2.5e3,"y, z",7\n .5 ,NA,"8"\n');
    expect(columns).to.deep.equal([
      { kind: "number", name: "a", missing: 0, values: Float64Array.of(1, -2500, 0.5) },
      { kind: "category", name: "b", missing: 1, values: ["x", "y, z", undefined] },
      { kind: "number", name: "c", missing: 1, values: Float64Array.of(NaN, 7, 8) },
    ]);
  });

  it("rejects JavaScript-only number formats", async () => {
    const { columns } = await read("a,b\n0x10,1\nInfinity,2\n1_000,3\n1e999,4\n");
    expect(columns.map(({ kind }) => kind)).to.deep.equal(["category", "number"]);
  });

  it("reads spreadsheet exports: a byte order mark, carriage returns, blank lines, quoted line breaks", async () => {
    const { columns, rowNumbers } = await read('\ufeffa,b\r\n1,"x\r\ny"\r\n\r\n2,z\r\n');
    expect(columns.map(({ name }) => name)).to.deep.equal(["a", "b"]);
    expect(columns[1]!.values).to.deep.equal(["x\r\ny", "z"]);
    expect(rowNumbers).to.deep.equal([2, 4]);
  });

  it("returns the same values and digest for any chunking of the stream", async () => {
    const word = fc.stringMatching(/^[a-z]{4,8}$/);
    const row = fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), word);
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 40 }),
        async (rows, size) => {
          fc.pre(!rows.some(([, text]) => text === "null"));
          const bytes = Buffer.from(["n,w", ...rows.map(([n, w]) => `${n},"${w}"`)].join("\n"));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          );
          const { columns, sha256 } = await readDataset(Readable.from(chunks));
          expect([...(columns[0]!.values as Float64Array)].map((value) => value + 0)).to.deep.equal(
            rows.map(([n]) => n + 0),
          );
          expect(columns[1]!.values).to.deep.equal(rows.map(([, w]) => w));
          expect(sha256).to.equal(createHash("sha256").update(bytes).digest("hex"));
        },
      ),
    );
  });

  it("keeps the spelling of words that look like numbers in a column of words", async () => {
    const { columns } = await read(
      ["code,y", ...Array.from({ length: 1500 }, (_, i) => `${i % 2 ? "007" : "x"},1`)].join("\n"),
    );
    expect(columns[0]!.kind).to.equal("category");
    expect(new Set<unknown>(columns[0]!.values)).to.deep.equal(new Set(["x", "007"]));
  });

  it("reports row and column of up to twenty cells that are not numbers", async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => (i % 100 === 50 ? `oops${i},1` : `${i},1`));
    const reason = await reasonOf(read(["a,b", ...rows].join("\n")));
    const lines = reason.split("\n");
    expect(lines[1]).to.equal('row 52, column "a": "oops50" is not a number, as others in this column are');
    expect(lines).to.have.lengthOf(22);
    expect(lines.at(-1)).to.equal("and 10 more");
  });

  it("reports rows with too many or too few cells", async () => {
    expect(await reasonOf(read("a,b\n1,2\n1\n1,2,3\n"))).to.include(
      "row 3: 1 cells where the header has 2\nrow 4: 3 cells where the header has 2",
    );
  });

  it("reports all problems of a header", async () => {
    expect(await reasonOf(read("a,,a\n1,2,3\n"))).to.include('column 2 has no name\ncolumn 3: the name "a" is taken');
    expect(await reasonOf(read("a;b;c\n1;2;3\n"))).to.include(
      'only one column ("a;b;c"); columns must be separated by commas',
    );
    expect(await reasonOf(read(""))).to.include("empty");
  });

  it("reports where quotes are wrong", async () => {
    expect(await reasonOf(read('a,b\n1,"x\n2,y\n')))
      .to.include("not valid CSV")
      .and.match(/line \d/);
  });

  it("passes a stream's error on as transient", async () => {
    const broken = new PassThrough();
    broken.write("a,b\n1,2\n");
    setImmediate(() => broken.destroy(new Error("connection reset")));
    const error: unknown = await readDataset(broken).catch((error: unknown) => error);
    expect(error).to.be.an("error").with.property("message", "connection reset");
    expect(error).not.to.be.instanceOf(JobError);
  });
});

describe("reading JSON lines", () => {
  const readLines = (...lines: string[]) => readDataset(streamOf(lines.join("\n")), "json-lines");

  it("turns keys into columns and parses values like CSV cells", async () => {
    const { columns, rowNumbers } = await readLines(
      '\ufeff{"a": 1, "b": "x"}',
      "",
      '{"b": "y, z", "a": -2.5e3, "c": true}\r',
      '{"a": null, "c": false}',
    );
    expect(columns).to.deep.equal([
      { kind: "number", name: "a", missing: 1, values: Float64Array.of(1, -2500, NaN) },
      { kind: "category", name: "b", missing: 1, values: ["x", "y, z", undefined] },
      { kind: "category", name: "c", missing: 1, values: [undefined, "true", "false"] },
    ]);
    expect(rowNumbers).to.deep.equal([1, 3, 4]);
  });

  it("does not confuse keys with Object's own properties", async () => {
    const { columns } = await readLines('{"constructor": "x", "__proto__": 1}', "{}");
    expect(columns).to.deep.equal([
      { kind: "category", name: "constructor", missing: 1, values: ["x", undefined] },
      { kind: "number", name: "__proto__", missing: 1, values: Float64Array.of(1, NaN) },
    ]);
  });

  it("returns the same values for any chunking of the stream", async () => {
    const row = fc.record({ x: fc.integer(), é: fc.string({ unit: "grapheme" }).map((text) => `w${text.trim()}`) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 7 }),
        async (rows, size) => {
          const bytes = Buffer.from(rows.map((each) => JSON.stringify(each)).join("\n"));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
            bytes.subarray(n * size, (n + 1) * size),
          );
          const { columns, sha256 } = await readDataset(Readable.from(chunks), "json-lines");
          expect([...columns[0]!.values]).to.deep.equal(rows.map(({ x }) => x));
          expect(columns[1]!.values).to.deep.equal(rows.map(({ é }) => é.trim()));
          expect(sha256).to.equal(createHash("sha256").update(bytes).digest("hex"));
        },
      ),
    );
  });

  it("reports line and key of values that cannot be used", async () => {
    const rows = Array.from({ length: 20 }, (_, n) => `{"a": ${n}, "b": "x"}`);
    const reason = await reasonOf(
      readLines(...rows, '{"a": "ten", "b": {"c": 1}}', '{"a": [1], "b": 2}', "a,b", "[1]"),
    );
    expect(reason.split("\n").sort()).to.deep.equal(
      [
        "The dataset has lines that cannot be used.",
        'line 21, column "a": "ten" is not a number, as others in this column are',
        'line 21, key "b": an object where a text, a number, true, false or null is expected',
        'line 22, key "a": a list where a text, a number, true, false or null is expected',
        "line 23: not a JSON object",
        "line 24: not a JSON object",
      ].sort(),
    );
    expect(await reasonOf(readLines(""))).to.include("no line that has an object");
    expect(await reasonOf(readLines('{"a": 1}'))).to.include('only one key ("a")');
  });

  it("passes a stream's error on", async () => {
    const broken = new PassThrough();
    broken.write('{"a": 1}\n');
    setImmediate(() => broken.destroy(new Error("connection reset")));
    const error: unknown = await readDataset(broken, "json-lines").catch((error: unknown) => error);
    expect(error).to.be.an("error").with.property("message", "connection reset");
    expect(error).not.to.be.instanceOf(JobError);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { run } from "@chatdb/cli/run.ts";
import { job, jobAccepted } from "@chatdb/contracts/jobs.ts";
import { expect } from "chai";
import { audience, Issuer } from "../api-gateway/issuer.ts";
import { eventually } from "../../support/eventually.ts";
import { startTrainingPlatform } from "../support/training-platform.ts";
import { Written } from "./written.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

describe("chatdb: training", function () {
  this.timeout(60_000);
  let platform: Awaited<ReturnType<typeof startTrainingPlatform>>;
  let large: string;
  before(async () => {
    platform = await startTrainingPlatform();
    const rows = Array.from(
      { length: 40_000 },
      (_, at) => `${at % 97},${(at * 7) % 89},${(at * 31) % 83},${((at * at) % 101) + at / 1000}`,
    );
    large = await platform.file("large.csv", ["a,b,c,y", ...rows, ""].join("\n"));
  });
  after(() => platform.close());

  async function chatdb(
    line: string | string[],
    { tty = false, env = { CHATDB_URL: platform.url } }: { tty?: boolean; env?: NodeJS.ProcessEnv } = {},
  ) {
    const [stdout, stderr] = [new Written(tty, 100), new Written(tty, 100)];
    const stdin = Object.assign(Readable.from([]), { isTTY: tty });
    const code = await run(typeof line === "string" ? line.split(" ") : line, { stdin, stdout, stderr, env });
    return { code, out: stdout.text, err: stderr.text };
  }
  /** Endless, unless somebody stops it. */
  const long = () => ["train", large, "--family", "boosted-trees", "--set", "trees=2000", "--set", "leaves=1024"];
  const csvOf = (out: string) =>
    out
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(","));

  it("uploads a file, hands in the job, and says what became of it", async () => {
    const { code, out, err } = await chatdb(["train", platform.houses, "--target", "price", "--follow"]);
    expect(code).to.equal(0);
    expect(out)
      .to.match(/model +houses-of-mine 1\n/)
      .and.to.match(/status +succeeded\n/)
      .and.to.match(/metrics +r2 0\.9/);
    expect(err)
      .to.contain("s3://datasets/houses-of-mine.csv")
      .and.to.match(/\n\d\d:\d\d:\d\d queued\n/)
      .and.to.match(/Read 300 rows of 5 columns/)
      .and.to.match(/succeeded\n/);
    expect(err).not.to.contain("\u001B");
  });

  it("draws the progress on a terminal", async () => {
    const { err } = await chatdb(["train", platform.houses, "--follow"], { tty: true });
    expect(err)
      .to.contain("\r\u001B[K")
      .and.to.match(/[█░]{24} \d+% \w+/);
  });

  it("prints the job's id alone where it is not followed", async () => {
    const { out, err } = await chatdb(["train", platform.flowers, "--model", "flowers", "--priority", "high"]);
    expect(out).to.match(/^[0-9a-f-]{36}\n$/);
    expect(err).to.contain(`chatdb jobs ${out.trim()} --follow`);
    expect((await chatdb(["jobs", out.trim(), "--follow"])).code).to.equal(0);
    const shown = job.parse(JSON.parse((await chatdb(["jobs", out.trim(), "--format", "json"])).out));
    expect(shown).to.include({ model_name: "flowers", priority: "high", status: "succeeded" });
    const accepted = jobAccepted.parse(
      JSON.parse((await chatdb(["train", "s3://datasets/flowers.csv", "--format", "json"])).out),
    );
    expect((await chatdb(["jobs", accepted.job_id, "--follow", "--format", "csv"])).out).to.contain(
      "model,flowers 2\r\n",
    );
  });

  it("is a usage error where parameters, names or files are wrong, all said at once", async () => {
    const wrong = await chatdb([
      "train",
      platform.houses,
      "--model",
      "Mine",
      "--family",
      "k-nearest-neighbours",
      "--set",
      "trees=5",
      "--set",
      "neighbours=many",
    ]);
    expect(wrong).to.include({ code: 2, out: "" });
    for (const part of ["--model: must be 1 to 80", "--set neighbours:", "chatdb --help"])
      expect(wrong.err).to.contain(part);
    expect((await chatdb("train nothing.csv")).err).to.contain("there is no file nothing.csv");
    expect((await chatdb("jobs --take 2")).err).to.contain("--take is not for jobs");
    expect((await chatdb("promote houses")).err).to.contain("promote needs the name of a model and a version");
    expect((await chatdb("compare houses one 2")).err).to.contain("one: expected a version's number");
    for (const line of [
      "train nothing.csv",
      "jobs --follow",
      "jobs --status done",
      "cancel",
      "train",
      "predict houses --version first rooms=1",
    ])
      expect((await chatdb(line)).code, line).to.equal(2);
  });

  it("ends with 1 where the training fails, and has it run again", async () => {
    const failed = await chatdb(["train", await platform.file("nothing.csv", "a,b\n1,x\n"), "--follow"]);
    expect(failed.code).to.equal(1);
    expect(failed.out).to.match(/status +failed/);
    const [, [id]] = csvOf((await chatdb("jobs --status failed --format csv")).out) as [string[], string[]];
    const again = await chatdb(["retry", id!, "--follow"]);
    expect(again.code).to.equal(1);
    expect(again.err).to.contain("attempt 2");
  });

  it("cancels", async () => {
    const id = (await chatdb(long())).out.trim();
    await eventually(async () => expect((await chatdb(["jobs", "--status", "running"])).out).to.contain(id), 10_000);
    expect((await chatdb(["cancel", id])).out).to.match(/status +cancelled/);
    expect((await chatdb(["jobs", id])).err).to.match(/cancelled/);
    expect(await chatdb(["cancel", id.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))])).to.include({
      code: 1,
      out: "",
    });
  });

  it("leaves the training running at Ctrl-C, and says how to cancel it", async () => {
    const child = spawn(process.execPath, ["bin/chatdb.ts", ...long(), "--follow"], {
      cwd: root,
      env: { ...process.env, CHATDB_URL: platform.url },
    });
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    await eventually(() => expect(err).to.contain("started"), 20_000);
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number];
    expect(code).to.equal(130);
    const id = /chatdb cancel ([0-9a-f-]{36})/.exec(err)![1]!;
    expect((await chatdb(["jobs", id])).out).to.match(/status +running/);
    expect((await chatdb(["cancel", id])).code).to.equal(0);
  });

  it("shows models and versions, brings them into production and back, and compares them", async () => {
    for (const family of ["linear-regression", "boosted-trees"]) {
      expect(
        (await chatdb(["train", platform.houses, "--model", "prices", "--family", family, "--follow"])).code,
      ).to.equal(0);
      expect((await chatdb("promote prices latest")).code).to.equal(0);
    }
    expect((await chatdb("models")).out).to.match(/\nprices +2 +2 /);
    expect((await chatdb("rollback prices")).out).to.match(/prices +1 +production/);
    expect((await chatdb("promote prices 2 --to staging")).out).to.match(/prices +2 +staging/);
    const versions = csvOf((await chatdb("models prices --format csv")).out);
    expect(versions.map(([version, stage, family]) => [version, stage, family])).to.deep.equal([
      ["version", "stage", "family"],
      ["2", "staging", "boosted-trees"],
      ["1", "production", "linear-regression"],
    ]);
    const compared = await chatdb("compare prices production staging");
    expect(compared.out).to.match(/\nr2 +0\.\d+ +0\.\d+ +-?0/);
    expect(compared.err).to.equal(
      "Both were made from the same data.\nfamily: linear-regression became boosted-trees.\n",
    );
    expect(await chatdb("models nowhere")).to.include({ code: 1, err: 'chatdb: There is no model named "nowhere".\n' });
  });

  it("imports a model, once however often it comes, and says what is wrong with a file", async () => {
    const file = fileURLToPath(new URL("../onnx-runtime/files/cars-columns.onnx", import.meta.url));
    const imported = await chatdb(["import", "cars", file, "--target", "price"]);
    expect(imported).to.include({ code: 0, err: "" });
    expect(imported.out).to.match(/cars +1 +price +width, doors, colour/);
    expect(await chatdb(["import", "cars", file, "--target", "price"])).to.include({
      code: 0,
      err: "The same file was imported before, in the same way.\n",
    });
    expect((await chatdb("models cars")).out).to.match(/\n *1 +none +imported \(ONNX\)/);
    expect((await chatdb("compare cars 1 latest")).err).to.contain(
      "What an imported version was made from is not known.",
    );
    expect((await chatdb("promote cars 1")).code).to.equal(0);
    expect((await chatdb("predict cars width=1 doors=0 colour=red --version production")).out).to.match(/12\.\d|13/);
    expect(await chatdb(["import", "cars", file, "--features", "width"])).to.deep.include({
      code: 1,
      err: "chatdb: The file cannot be imported. It takes 3 columns, and 1 features are named.\n",
    });
    expect((await chatdb("import cars nothing.onnx")).err).to.contain("nothing.onnx cannot be read");
    for (const line of [
      "import cars nothing.onnx",
      "import Cars package.json",
      "import cars",
      "import a b c",
      "import cars package.json --family linear",
    ])
      expect((await chatdb(line)).code, line).to.equal(2);
  });

  it("predicts, of features and of a file's rows", async () => {
    await chatdb(["train", platform.flowers, "--model", "kinds", "--follow"]);
    const one = await chatdb("predict kinds petal=1.2 stem=short");
    expect(one).to.include({ code: 0 });
    expect(one.out)
      .to.match(/^kind\n─+\ndaisy\n/)
      .and.to.match(/daisy +(1|0\.9\d*)/);
    const explained = JSON.parse((await chatdb("predict kinds petal=4.5 stem=long --explain --format json")).out) as {
      prediction: string;
      explanation: { contributions: { feature: string }[] };
    };
    expect(explained.prediction).to.equal("lily");
    expect(explained.explanation.contributions.map(({ feature }) => feature)).to.include.members(["petal", "stem"]);
    const file = await platform.file("rows.csv", "petal,stem,kind,seen\n1.1,short,,today\n4.2,long,,today\n");
    expect(csvOf((await chatdb(["predict", "kinds", "--file", file, "--format", "csv"])).out)).to.deep.equal([
      ["petal", "stem", "kind", "seen", "predicted_kind"],
      ["1.1", "short", "", "today", "daisy"],
      ["4.2", "long", "", "today", "lily"],
    ]);
    expect((await chatdb(["predict", "kinds", "--file", file])).out).to.match(/today +lily/);
    const unknown = await chatdb("predict kinds petals=1 nonsense");
    expect(unknown.code).to.equal(2);
    expect(unknown.err)
      .to.contain('there is no feature "petals", only petal, stem')
      .and.to.contain('"nonsense": expected feature=value');
  });

  it("sends the token", async () => {
    const issuer = new Issuer();
    await issuer.start();
    const env = { CHATDB_URL: await platform.guarded({ issuer: issuer.url, audience }) };
    try {
      expect((await chatdb(["train", platform.flowers], { env })).err).to.contain("This needs a token");
      const trained = await chatdb(["train", platform.flowers, "--model", "guarded", "--follow"], {
        env: { ...env, CHATDB_TOKEN: await issuer.token() },
      });
      expect(trained.code).to.equal(0);
    } finally {
      await issuer.stop();
    }
  });

  it("helps", async () => {
    expect((await chatdb("--help")).out)
      .to.contain("chatdb train")
      .and.to.contain("Exit code");
    for (const name of ["train", "jobs", "cancel", "retry", "models", "promote", "rollback", "compare", "predict"]) {
      expect((await chatdb([name, "--help"])).out, name)
        .to.contain(`Usage: chatdb ${name}`)
        .and.to.contain("--url");
    }
  });
});

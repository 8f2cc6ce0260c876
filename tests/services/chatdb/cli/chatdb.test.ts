import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { run } from "@chatdb/cli/run.ts";
import { interpretation } from "@chatdb/contracts/query.ts";
import { answer } from "@chatdb/contracts/answer.ts";
import { expect } from "chai";
import { z } from "zod";
import { audience, Issuer } from "../api-gateway/issuer.ts";
import { startQuestionStack } from "../support/question-stack.ts";
import { aggregate, plan } from "../question-engine/plan/shop-plans.ts";
import { eventually } from "../../support/eventually.ts";
import { says, startStubModel, type StubModel } from "../support/stub-model.ts";
import { Written } from "./written.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const counting = "how many customers are there in Germany?";
const unclear = "products over 100";

describe("chatdb", function () {
  this.timeout(180_000);
  let stack: Awaited<ReturnType<typeof startQuestionStack>>;
  let model: StubModel;
  let germans: number;
  before(async () => {
    model = await startStubModel();
    stack = await startQuestionStack({ languageModel: { baseUrl: model.baseUrl, model: "stub" } });
    [[germans]] = (await stack.shop.run("SELECT count(*) FROM customers WHERE country = 'Germany'")) as [[number]];
  });
  after(async () => {
    await stack.close();
    await model.close();
  });

  /** Runs the command with what is typed; on a terminal where `tty` is set. */
  async function chatdb(
    args: string[],
    {
      typed = "",
      tty = false,
      env = { CHATDB_URL: stack.url },
    }: { typed?: string; tty?: boolean; env?: NodeJS.ProcessEnv } = {},
  ) {
    const [stdout, stderr] = [new Written(tty, 60), new Written(tty, 60)];
    /** A person answers when asked; a file is there at once. */
    async function* typing() {
      if (tty && typed !== "") await eventually(() => expect(stderr.text).to.contain("Which one, 1 to"));
      yield typed;
    }
    const stdin = Object.assign(Readable.from(typing()), { isTTY: tty });
    const code = await run(args, { stdin, stdout, stderr, env });
    return { code, out: stdout.text, err: stderr.text };
  }

  it("prints the rows, and beside them how the question was read", async () => {
    const { code, out, err } = await chatdb(["ask", ...counting.split(" ")]);
    expect(code).to.equal(0);
    expect(out.split("\n")[2]!.trim()).to.equal(String(germans));
    expect(err).to.match(/^The number of customers .*"Germany"\. \(\d+% sure\)\n1 row\. \d+ ms\.\n$/);
  });

  it("prints the gateway's answer as JSON, and all rows as CSV", async () => {
    const json = answer.parse(JSON.parse((await chatdb(["ask", "customers in Germany", "--format", "json"])).out));
    expect(json.row_count).to.equal(germans);
    const csv = (await chatdb(["ask", "order items", "--format", "csv"])).out.trimEnd().split("\r\n");
    const [[items]] = (await stack.shop.run("SELECT count(*) FROM order_items")) as [[number]];
    expect(csv[0]).to.match(/^id,order_id,/);
    expect(csv).to.have.length(items + 1);
  });

  it("fits the table into the terminal", async () => {
    const { out } = await chatdb(["ask", "customers in Germany"], { tty: true });
    for (const line of out.split("\n")) expect(line.length).to.be.at.most(60);
  });

  it("offers the readings of an unclear question with exit code 3, and takes the one that is named", async () => {
    const asked = await chatdb(["ask", unclear]);
    expect(asked).to.include({ code: 3, out: "" });
    expect(asked.err).to.match(/not sure[^]*\n {2}1\. .* \(\d+%\)\n/);
    const reading = /1\. (.*) \(/.exec(asked.err)![1]!;
    const taken = await chatdb(["ask", unclear, "--take", "1"]);
    expect(taken.code).to.equal(0);
    expect(taken.err).to.contain(`${reading} (100% sure)`);
    const outside = await chatdb(["ask", unclear, "--take", "99"]);
    expect(outside).to.include({ code: 2, out: "" });
    expect(outside.err).to.match(/\nchatdb: --take: expected 1( to \d+)?\n/);
    expect((await chatdb(["ask", "wheather"])).code, "no reading at all").to.equal(4);
  });

  it("prints the readings as JSON when it asks for clarification", async () => {
    const asked = await chatdb(["ask", unclear, "--format", "json"]);
    expect(asked.code).to.equal(3);
    const { type, alternatives } = z
      .looseObject({ type: z.string(), alternatives: z.array(interpretation) })
      .parse(JSON.parse(asked.out));
    expect(type).to.contain("clarification-needed");
    expect(alternatives).to.not.be.empty;
    const taken = await chatdb(["ask", unclear, "--format", "json", "--take", "1"]);
    expect(answer.parse(JSON.parse(taken.out)).reading).to.equal(alternatives[0]!.reading);
  });

  it("runs SQL that reads, and refuses other statements", async () => {
    const { code, out, err } = await chatdb(["sql", "SELECT count(*) AS n FROM customers WHERE country = 'Germany'"]);
    expect(code).to.equal(0);
    expect(out.split("\n")[2]!.trim()).to.equal(String(germans));
    expect(err).to.match(/^1 row\. \d+ ms\.\n$/);
    expect((await chatdb(["sql", "-", "--format", "csv"], { typed: "SELECT 1 AS n" })).out).to.equal("n\r\n1\r\n");
    expect((await chatdb(["sql", "DELETE FROM customers"])).code).to.equal(4);
    expect((await chatdb(["sql", "-"], { typed: "" })).code).to.equal(2);
  });

  it("shows one column per line with -x, and where a table would be too wide to read", async () => {
    const one = "SELECT 1 AS first, 'two' AS second";
    expect((await chatdb(["sql", one, "-x"])).out).to.match(/^── 1 ─+\nfirst {3}1\nsecond {2}two\n$/);
    const wide = `SELECT ${Array.from({ length: 12 }, (_, at) => `'value number ${at}' AS column_${at}`).join(", ")}`;
    const { out } = await chatdb(["sql", wide], { tty: true });
    expect(out)
      .to.match(/column_0 +value number 0\n/)
      .and.to.match(/column_11 +value number 11\n/);
  });

  it("names what is wrong with a request without the path in its body", async () => {
    const { err } = await chatdb(["ask", "x".repeat(2001)]);
    expect(err).to.contain("query: ").and.to.not.contain("body.");
  });

  it("says where a language model read the question", async () => {
    model.does(says({ plan: plan("customers", [aggregate("count")]) }));
    expect((await chatdb(["ask", "wheather"])).err).to.match(
      /^The number of customers\. \(75% sure, by the language model\)\n/,
    );
    model.does(says({ plan: null }));
  });

  it("asks the person, on a terminal", async () => {
    const { code, err } = await chatdb(["ask", unclear], { tty: true, typed: "1\n" });
    expect(code).to.equal(0);
    expect(err).to.contain("(100% sure)");
    expect((await chatdb(["ask", unclear], { tty: true, typed: "\n" })).code).to.equal(3);
  });

  it("goes on with --follow, past what fails, to the end of the input", async () => {
    const { code, out, err } = await chatdb(["ask", "--follow"], { typed: `${counting}\nwheather\n\nand in France?` });
    const [[french]] = (await stack.shop.run("SELECT count(*) FROM customers WHERE country = 'France'")) as [[number]];
    expect(code).to.equal(0);
    const numbers = out
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => /^\d+$/.test(line));
    expect(numbers).to.deep.equal([String(germans), String(french)]);
    expect(err).to.contain("did not understand");
  });

  it("reads the question from standard input", async () => {
    expect((await chatdb(["ask", "-"], { typed: `${counting}\n` })).out).to.contain(String(germans));
    expect((await chatdb(["ask", "-"], { typed: " \n" })).code).to.equal(2);
  });

  it("shows the data sources and the schema", async () => {
    expect((await chatdb(["sources"])).out).to.match(/shop +postgresql/);
    const { out } = await chatdb(["schema"]);
    expect(out)
      .to.contain("customers: about 600 rows, People who have an account")
      .and.to.contain("refers to customers");
    expect(JSON.parse((await chatdb(["schema", "--format", "json"])).out)).to.have.property("tables");
    expect((await chatdb(["schema", "--format", "csv"])).code).to.equal(2);
    expect(await chatdb(["schema", "--datasource", "nowhere"])).to.deep.include({ code: 1, out: "" });
  });

  it("says why it failed: exit code 5 for an unavailable gateway, 2 for wrong usage", async () => {
    const away = await chatdb(["ask", "x"], { env: { CHATDB_URL: "http://127.0.0.1:1" } });
    expect(away.code).to.equal(5);
    expect(away.err).to.match(/^chatdb: .*cannot be reached/);
    const wrong = await chatdb(["ask", "x", "--format", "xml"]);
    expect(wrong.code).to.equal(2);
    expect(wrong.err).to.contain("--format").and.to.contain("--help");
    expect((await chatdb(["--help"])).out).to.contain("Exit code");
  });

  it("sends the token", async () => {
    const issuer = new Issuer();
    await issuer.start();
    const guarded = await startQuestionStack({ oidc: { issuer: issuer.url, audience } });
    try {
      const env = { CHATDB_URL: guarded.url };
      expect((await chatdb(["ask", counting], { env })).err).to.contain("This needs a token");
      for (const args of [["ask", counting], ["ask", counting, "--format", "csv"], ["sources"], ["schema"]]) {
        expect(
          (await chatdb(args, { env: { ...env, CHATDB_TOKEN: await issuer.token() } })).code,
          args.join(" "),
        ).to.equal(0);
      }
    } finally {
      await guarded.close();
      await issuer.stop();
    }
  });

  it("ends with one line and exit code 1 where the output cannot be written", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, ["bin/chatdb.ts", "--help"], { cwd: root, stdio: ["ignore", full, "pipe"] });
    const [err, [code]] = await Promise.all([text(child.stderr!), once(child, "close") as Promise<[number]>]);
    closeSync(full);
    expect(code).to.equal(1);
    expect(err).to.match(/^chatdb: the output cannot be written: [^\n]*ENOSPC[^\n]*\n$/);
  });

  it("is a program", async () => {
    const child = spawn(process.execPath, ["bin/chatdb.ts", "ask", "-"], {
      cwd: root,
      env: { ...process.env, CHATDB_URL: stack.url },
    });
    child.stdin.end(counting);
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, "close") as Promise<[number]>]);
    expect(code).to.equal(0);
    expect(out).to.contain(String(germans));
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { run } from "@chatdb/cli/run.ts";
import { answer } from "@chatdb/contracts/answer.ts";
import { expect } from "chai";
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
    expect((await chatdb(["ask", unclear, "--take", "99"])).code).to.equal(3);
    expect((await chatdb(["ask", "wheather"])).code, "no reading at all").to.equal(4);
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

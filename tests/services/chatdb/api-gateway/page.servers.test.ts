import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "chai";
import type axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { startBrowser } from "../../support/browser.ts";
import { eventually } from "../../support/eventually.ts";
import { audience, Issuer } from "./issuer.ts";
import { aggregate, plan } from "../question-engine/plan/shop-plans.ts";
import { startQuestionStack } from "../support/question-stack.ts";
import { says, startStubModel, type StubModel } from "../support/stub-model.ts";

const checker = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const counting = "how many customers are there in Germany?";
const grouping = "number of orders per status";
const unclear = "products over 100";
const wide = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

describe("the ask view of the web page", function () {
  this.timeout(180_000);
  let browser: Browser;
  let stack: Awaited<ReturnType<typeof startQuestionStack>>;
  let model: StubModel;
  let page: Page;
  /** What the browser complained about. */
  let complaints: string[];

  before(async function () {
    browser = await startBrowser(this);
    model = await startStubModel();
    stack = await startQuestionStack({ languageModel: { baseUrl: model.baseUrl, model: "stub" } });
  });
  after(async () => {
    await stack?.close();
    await model?.close();
    await browser?.close();
  });
  afterEach(async () => {
    await page?.context().close();
  });

  async function open(options: BrowserContextOptions = {}, url = stack.url): Promise<void> {
    const context = await browser.newContext({ viewport: wide, reducedMotion: "reduce", ...options });
    page = await context.newPage();
    complaints = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      // A refusal is a status that the browser reports as well.
      if (message.type() === "error" && !message.text().includes("status of 4")) complaints.push(message.text());
    });
    await page.goto(url);
  }
  const answers = () => page.locator(".turn");
  const lastAnswer = () => answers().last();
  async function ask(question: string): Promise<void> {
    await page.getByLabel("Question", { exact: true }).fill(question);
    await page.keyboard.press("Enter");
    await answered(question);
  }
  async function answered(question: string): Promise<void> {
    await page.locator(".turn h2", { hasText: question }).last().waitFor();
    await lastAnswer().locator(".waiting").waitFor({ state: "detached" });
  }
  async function violations(): Promise<string[]> {
    // Not by a script element: the page's policy forbids those.
    const { violations } = await page.evaluate<axe.AxeResults>(`${checker}; axe.run()`);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
  }

  it("shows how a question was understood, the query with its parameters, and the rows", async () => {
    await open();
    await ask("customers in Germany");
    const answer = lastAnswer();
    expect(await answer.locator(".reading").textContent()).to.match(/^Customers .*"Germany"\.$/);
    expect(await answer.locator(".confidence").textContent()).to.match(/^\d+% sure$/);
    expect(await answer.locator("tbody tr").count()).to.equal(15);
    const [[germans]] = (await stack.shop.run("SELECT count(*) FROM customers WHERE country = 'Germany'")) as [
      [number],
    ];
    expect(await answer.locator(".range").textContent()).to.equal(`Rows 1 to 15 of ${germans}`);
    await answer.getByRole("button", { name: "Next" }).click();
    expect(await answer.locator(".range").textContent()).to.equal(`Rows 16 to 30 of ${germans}`);
    await answer.locator(".query summary").click();
    expect(await answer.locator(".query pre").textContent())
      .to.contain("SELECT")
      .and.to.contain("$1");
    expect(await answer.locator(".parameters").textContent()).to.contain('"Germany"');
    expect(complaints).to.deep.equal([]);
  });

  it("shows a single number large, labels with numbers as bars, and periods with numbers as a line", async () => {
    await open();
    await ask(counting);
    const [[germans]] = (await stack.shop.run("SELECT count(*) FROM customers WHERE country = 'Germany'")) as [
      [number],
    ];
    expect(await lastAnswer().locator(".single strong").textContent()).to.equal(String(germans));
    await ask(grouping);
    expect(await lastAnswer().locator("svg").getAttribute("aria-label")).to.match(
      /^Bar chart of number of orders by status: from [\d,]+ \(\w+\) to [\d,]+ \(\w+\)\.$/,
    );
    expect(await lastAnswer().locator(".bar .mark").count()).to.equal(6);
    const month = { kind: "period", unit: "month", of: { source: "orders", column: "ordered_at" } };
    const plan = {
      from: { as: "orders", schema: "public", table: "orders" },
      joins: [],
      where: [],
      distinct: false,
      groupBy: [month],
      having: [],
      orderBy: [],
      select: [
        { value: month, as: "month" },
        { value: { kind: "aggregate", fn: "count", of: [] }, as: "number_of_orders" },
      ],
    };
    await page.route("**/api/query", (route) =>
      route.continue({ postData: JSON.stringify({ query: "monthly", plan }) }),
    );
    await ask("monthly");
    expect(await lastAnswer().locator("svg").getAttribute("aria-label")).to.match(
      /^Line chart of number of orders by month/,
    );
    expect(complaints).to.deep.equal([]);
  });

  it("offers readings when the engine is not sure, and answers the chosen one", async () => {
    await open();
    await ask(unclear);
    const choices = lastAnswer().locator(".choice");
    const reading = await choices.first().locator("span").first().textContent();
    await choices.first().click();
    await page.locator(".reading").waitFor();
    expect(await lastAnswer().locator(".reading").textContent()).to.equal(reading);
    expect(await answers().count()).to.equal(2);
  });

  it("says that a language model read the question", async () => {
    model.does(says({ plan: plan("customers", [aggregate("count")]) }));
    await open();
    await ask("wheather");
    expect(await lastAnswer().locator(".reading").textContent()).to.equal("The number of customers.");
    expect(await lastAnswer().locator(".confidence").textContent()).to.equal("75% sure, by the language model");
    expect(await violations()).to.deep.equal([]);
    model.does(says({ plan: null }));
  });

  it("says which words were not understood", async () => {
    await open();
    await ask("wheather");
    expect(await lastAnswer().locator(".asked-back").textContent()).to.contain("did not understand");
  });

  it("sends the previous plan with the next question until a new topic starts", async () => {
    await open();
    const sent: Record<string, unknown>[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/api/query")) sent.push(request.postDataJSON() as Record<string, unknown>);
    });
    await ask(counting);
    await ask(grouping);
    await page.getByRole("button", { name: "New topic" }).click();
    await ask(grouping);
    expect(sent.map(({ follows }) => follows !== undefined)).to.deep.equal([false, true, false]);
    expect(sent[1]!.follows).to.have.property("from");
  });

  it("answers a follow-up question", async () => {
    await open();
    await ask(counting);
    await ask("and in France?");
    const [[french]] = (await stack.shop.run("SELECT count(*) FROM customers WHERE country = 'France'")) as [[number]];
    expect(await lastAnswer().locator(".single strong").textContent()).to.equal(String(french));
  });

  it("accepts feedback and a correction", async () => {
    await open();
    await ask(counting);
    await lastAnswer().getByRole("button", { name: "Right" }).click();
    await lastAnswer().getByText("Noted, thank you.").waitFor();
    await ask(grouping);
    await lastAnswer().getByRole("button", { name: "Wrong" }).click();
    const wrong = lastAnswer();
    const [offered] = await wrong.locator(".feedback .choice").all();
    if (offered) await offered.click();
    await page.locator(".feedback", { hasText: "Noted" }).nth(1).waitFor();
    await eventually(() => expect(stack.given.length).to.equal(2));
    expect(stack.given[0]).to.deep.include({ query: counting, datasource: "shop", verdict: "right" });
    expect(stack.given[1]).to.include({ query: grouping, verdict: offered ? "corrected" : "wrong" });
  });

  it("shows the schema, with types, keys, comments and samples", async () => {
    await open();
    await page.locator("#schema summary", { hasText: "customers" }).click();
    const text = await page.locator("#schema details[open]").textContent();
    for (const part of ["integer, key", "People who have an account", "City of the delivery address", "Berlin"])
      expect(text).to.contain(part);
  });

  it("saves the rows as CSV and JSON", async () => {
    await open();
    await ask(grouping);
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        lastAnswer().getByRole("button", { name }).click(),
      ]);
      return readFileSync(await download.path(), "utf8");
    };
    expect((await saved("Save CSV")).split("\r\n")).to.have.length(8);
    const rows = JSON.parse(await saved("Save JSON")) as { status: string }[];
    expect(rows.map(({ status }) => status))
      .to.include("pending")
      .and.to.have.length(6);
  });

  it("can be used with the keyboard only", async () => {
    await open();
    await page.locator("#schema details").first().waitFor();
    const leave = () => page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await leave();
    await page.keyboard.press("/");
    await page.keyboard.type(unclear);
    await page.keyboard.press("Control+Enter");
    await answered(unclear);
    for (
      let steps = 0;
      steps < 10 && !(await page.evaluate(() => document.activeElement?.classList.contains("choice")));
      steps++
    )
      await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator(".reading").waitFor();
    await leave();
    await page.keyboard.press("/");
    await page.keyboard.type(counting);
    await page.keyboard.press("Enter");
    await answered(counting);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    expect(await page.getByLabel("Question", { exact: true }).inputValue()).to.equal(unclear);
    await page.keyboard.press("ArrowDown");
    expect(await page.getByLabel("Question", { exact: true }).inputValue()).to.equal(counting);
  });

  it("keeps the questions in the browser until they are cleared", async () => {
    await open();
    await ask(counting);
    await page.reload();
    await page.getByRole("button", { name: counting }).waitFor();
    await page.getByRole("button", { name: "Clear the history" }).click();
    await page.reload();
    await page.locator("#schema details").first().waitFor();
    expect(await page.getByRole("button", { name: counting }).count()).to.equal(0);
  });

  it("stops a question that takes too long", async () => {
    await open();
    await page.route("**/api/query", () => undefined);
    await page.getByLabel("Question", { exact: true }).fill(counting);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await page.keyboard.press("Escape");
    await lastAnswer().getByText("Stopped.").waitFor();
    await page.getByRole("button", { name: "Ask", exact: true }).waitFor();
  });

  it("shows markup in the data as text", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    await stack.shop.database.pool.query("UPDATE customers SET name = $1 WHERE id = 1", [evil]);
    await open();
    await ask("customers with id 1");
    expect(await lastAnswer().locator("td", { hasText: "onerror" }).textContent()).to.equal(evil);
    expect(complaints).to.deep.equal([]);
  });

  for (const [size, viewport] of Object.entries({ wide, phone })) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`has no accessibility violations: ${size}, ${colorScheme}`, async () => {
        await open({ viewport, colorScheme });
        await page.locator("#examples .choice").first().waitFor();
        expect(await violations(), "at the start").to.deep.equal([]);
        await ask(grouping);
        await lastAnswer().locator(".query summary").click();
        await lastAnswer().getByRole("button", { name: "Wrong" }).click();
        expect(await violations(), "with an answer").to.deep.equal([]);
        await ask(unclear);
        expect(await violations(), "asked back").to.deep.equal([]);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          "fits the width",
        ).to.equal(true);
        if (viewport === phone) await page.getByRole("button", { name: "Schema and history" }).click();
        await page.locator("#schema summary").first().click();
        expect(await violations(), "with the schema").to.deep.equal([]);
      });
    }
  }

  describe("with a required token", () => {
    const issuer = new Issuer();
    let guarded: Awaited<ReturnType<typeof startQuestionStack>>;
    before(async () => {
      await issuer.start();
      guarded = await startQuestionStack({ oidc: { issuer: issuer.url, audience } });
    });
    after(async () => {
      await guarded.close();
      await issuer.stop();
    });

    it("asks for a token and keeps it for the session", async () => {
      await open({}, guarded.url);
      const dialog = page.getByRole("dialog");
      await dialog.waitFor();
      expect(await dialog.textContent())
        .to.contain("This needs a token")
        .and.to.contain(issuer.url);
      expect(await violations()).to.deep.equal([]);
      await page.getByLabel("Token", { exact: true }).fill(await issuer.token());
      await page.keyboard.press("Enter");
      await page.locator("#schema details").first().waitFor();
      await ask(counting);
      expect(await lastAnswer().locator(".single").count()).to.equal(1);
      await page.getByRole("button", { name: "Sign out" }).click();
      await dialog.waitFor();
    });
  });

  describe("with sign-in", () => {
    const issuer = new Issuer();
    let guarded: Awaited<ReturnType<typeof startQuestionStack>>;
    before(async () => {
      await issuer.start();
      guarded = await startQuestionStack({ oidc: { issuer: issuer.url, audience, clientId: "page" } });
    });
    after(async () => {
      await guarded.close();
      await issuer.stop();
    });
    beforeEach(() => {
      issuer.grants.length = 0;
      issuer.lifetime = 300;
      issuer.back = {};
    });
    const signIn = async () => {
      await open({}, guarded.url);
      await page.getByRole("dialog").waitFor();
      await page.getByRole("button", { name: "Sign in" }).click();
    };

    it("returns from the issuer with a token and without the code in the URL", async () => {
      await signIn();
      await page.locator("#schema details").first().waitFor();
      expect(page.url()).to.equal(`${guarded.url}/`);
      await ask(counting);
      expect(await lastAnswer().locator(".single").count()).to.equal(1);
      expect(issuer.grants).to.deep.equal(["authorization_code"]);
      expect(complaints).to.deep.equal([]);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("dialog").waitFor();
      expect(await violations()).to.deep.equal([]);
    });

    it("renews the token before it expires", async () => {
      issuer.lifetime = 20;
      await signIn();
      await page.locator("#schema details").first().waitFor();
      await ask(counting);
      expect(await lastAnswer().locator(".single").count()).to.equal(1);
      expect(issuer.grants.slice(0, 2)).to.deep.equal(["authorization_code", "refresh_token"]);
    });

    it("refuses a code with another sign-in's state", async () => {
      issuer.back = { state: "of another" };
      await signIn();
      await page.getByText("Signing in failed").waitFor();
      expect(issuer.grants).to.deep.equal([]);
      expect(await page.evaluate("sessionStorage.length")).to.equal(0);
    });
  });
});

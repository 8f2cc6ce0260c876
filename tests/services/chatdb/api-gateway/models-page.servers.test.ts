import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { jobAccepted } from "@chatdb/contracts/jobs.ts";
import { expect } from "chai";
import type axe from "axe-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { startBrowser } from "../../support/browser.ts";
import { onnxFile } from "../support/onnx-files.ts";
import { startTrainingPlatform } from "../support/training-platform.ts";
import { audience, Issuer } from "./issuer.ts";

const checker = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const wide = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

describe("the models view of the web page", function () {
  this.timeout(60_000);
  let browser: Browser;
  let platform: Awaited<ReturnType<typeof startTrainingPlatform>>;
  let page: Page;
  /** What the browser complained about. */
  let complaints: string[];

  before(async function () {
    browser = await startBrowser(this);
    platform = await startTrainingPlatform();
  });
  after(async () => {
    await platform?.close();
    await browser?.close();
  });
  afterEach(async () => {
    await page?.context().close();
  });

  async function open(path = "#models", options: BrowserContextOptions = {}, url = platform.url): Promise<void> {
    const context = await browser.newContext({ viewport: wide, reducedMotion: "reduce", ...options });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    complaints = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      // A refusal is a status that the browser reports as well.
      if (message.type() === "error" && !message.text().includes("status of 4")) complaints.push(message.text());
    });
    await page.goto(`${url}/${path}`);
  }
  const trainButton = () => page.getByRole("button", { name: "Train", exact: true });
  const newestJob = (): Locator => page.locator(".job").first();
  async function choose(file: string): Promise<void> {
    await page.locator("input[type=file]").setInputFiles(file);
    await page.locator(".data p", { hasText: "columns" }).waitFor();
  }
  /** Chooses a file, trains and waits until the job has ended. @returns its state */
  async function train(file: string, options: { name: string; family?: string }): Promise<string> {
    await choose(file);
    return trainChosen(options);
  }
  /** Trains on the file that is chosen already: choosing it again would draw the form anew while it is filled in. */
  async function trainChosen({ name, family }: { name: string; family?: string }): Promise<string> {
    await page.getByLabel("Name of the model").fill(name);
    if (family !== undefined) await page.getByLabel("Family").selectOption(family);
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith("/api/jobs") && response.status() === 202),
      trainButton().click(),
    ]);
    const { job_id } = jobAccepted.parse(await answer.json());
    const ended = page.locator(`#job-${job_id} .badge:is(.succeeded, .failed)`);
    await ended.waitFor();
    return (await ended.textContent())!;
  }
  async function violations(): Promise<string[]> {
    // Not by a script element: the page's policy forbids those.
    const { violations } = await page.evaluate<axe.AxeResults>(`${checker}; axe.run()`);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
  }
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

  it("has its own address and title", async () => {
    await open("");
    await page.locator("#examples .choice").first().waitFor();
    await page.getByRole("link", { name: "Models" }).click();
    await page.getByRole("heading", { name: "Models", level: 1 }).waitFor();
    expect(new URL(page.url()).hash).to.equal("#models");
    expect(await page.title()).to.equal("Models - ChatDB");
    expect(await page.getByRole("link", { name: "Models" }).getAttribute("aria-current")).to.equal("page");
    for (const id of ["composer", "source", "schema"])
      expect(await page.locator(`#${id}`).isVisible(), id).to.equal(false);
    await page.goBack();
    await page.getByLabel("Question", { exact: true }).waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it("says that there are no models and jobs yet", async () => {
    await open();
    await page.getByText("No model yet.").waitFor();
    await page.getByText("No job yet.").waitFor();
    await page.getByLabel("Name of the model").fill("x");
    await trainButton().click();
    expect(await page.locator(".job").count()).to.equal(0);
  });

  it("trains a model from a file, offers its columns, and shows the history", async () => {
    await open();
    await choose(platform.houses);
    expect(await page.getByLabel("Column to predict").locator("option").allTextContents()).to.deep.equal([
      "area_m2",
      "rooms",
      "age_years",
      "city",
      "price",
    ]);
    expect(await page.getByLabel("Column to predict").inputValue()).to.equal("price");
    expect(await page.getByLabel("Name of the model").inputValue()).to.equal("houses-of-mine");
    await page.getByLabel("Family").selectOption("boosted-trees");
    await page.getByText("Parameters", { exact: true }).click();
    await page.getByLabel("Trees", { exact: true }).fill("30");
    await trainButton().click();
    await newestJob().locator(".badge.succeeded").waitFor();
    await newestJob().locator(".log li", { hasText: "Succeeded" }).waitFor();
    const history = await newestJob().locator(".log li").allTextContents();
    for (const [at, text] of ["Queued", "Sent to the engines", "An engine started"].entries())
      expect(history[at]).to.contain(text);
    expect(history.join("\n")).to.match(/Read 300 rows of 5 columns/);
    const [job] = (
      (await (await fetch(`${platform.url}/api/jobs`)).json()) as {
        jobs: { parameters: object; target: string; dataset_location: string }[];
      }
    ).jobs;
    expect(job).to.deep.include({
      parameters: { family: "boosted-trees", trees: 30 },
      target: "price",
      dataset_location: "s3://datasets/houses-of-mine.csv",
    });
    expect(complaints).to.deep.equal([]);
  });

  it("shows why a training failed, and retries it", async () => {
    await open();
    expect(await train(await platform.file("nothing.csv", "a,b\n1,x\n"), { name: "nothing" })).to.equal("failed");
    const job = page.locator(".job", { hasText: "nothing" }).first();
    expect((await job.locator(".standing.failed").textContent())!.length).to.be.greaterThan(10);
    await job.getByRole("button", { name: "Retry the training of nothing" }).click();
    await job
      .locator(".log li", { hasText: /Failed, attempt 2|attempt 2/ })
      .first()
      .waitFor();
  });

  it("cancels a running training", async () => {
    await open();
    const rows = Array.from(
      { length: 40_000 },
      (_, at) => `${at % 97},${(at * 7) % 89},${(at * 31) % 83},${((at * at) % 101) + at / 1000}`,
    );
    await choose(await platform.file("many.csv", ["a,b,c,y", ...rows, ""].join("\n")));
    await page.getByLabel("Family").selectOption("boosted-trees");
    await page.getByText("Parameters", { exact: true }).click();
    await page.getByLabel("Trees", { exact: true }).fill("2000");
    await page.getByLabel("Leaves per tree").fill("1024");
    await trainButton().click();
    const job = page.locator(".job", { hasText: "many" }).first();
    await job.locator(".badge.running").waitFor();
    await job.getByRole("progressbar").waitFor();
    await job.getByRole("button", { name: "Cancel the training of many" }).click();
    await job.locator(".badge.cancelled").waitFor();
    await job.locator(".log li", { hasText: "Cancelled" }).waitFor();
  });

  it("promotes, rolls back and compares versions", async () => {
    await open();
    for (const family of ["linear-regression", "boosted-trees"])
      expect(await train(platform.houses, { name: "prices", family })).to.equal("succeeded");
    await page.locator(".known a", { hasText: "prices" }).click();
    await page.getByRole("heading", { name: "prices", level: 1 }).waitFor();
    for (const version of [1, 2]) {
      await page.getByRole("button", { name: `Version ${version}: to production` }).click();
      await page.getByText(`Version ${version} is in production.`).first().waitFor();
    }
    await page.getByRole("button", { name: "Roll back production" }).click();
    await page.getByText("Rolled back.").first().waitFor();
    const rows = page.getByRole("region", { name: "Versions" }).locator("tbody tr");
    expect(await rows.nth(1).textContent())
      .to.contain("production")
      .and.to.contain("Linear regression");
    await page.getByRole("button", { name: "Compare" }).click();
    const compared = page.getByRole("region", { name: "Version 1 compared with version 2" });
    await compared.waitFor();
    expect(await compared.locator("tbody tr", { hasText: "R²" }).locator("td").count()).to.equal(3);
    expect(await page.locator(".comparison").textContent())
      .to.contain("the same data")
      .and.to.contain("family: linear-regression → boosted-trees");
    await page.getByRole("button", { name: "Show version 2" }).click();
    await page.getByRole("heading", { name: "Version 2", exact: true }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).to.equal("2");
    expect(await violations()).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });

  it("says that a model does not exist", async () => {
    await open("#models/nowhere");
    await page.getByRole("alert").getByText('no model named "nowhere"').waitFor();
  });

  it("says that the services are unavailable, and shows the jobs once they are back", async () => {
    await open("");
    await page.route("**/api/jobs?*", (route) => route.abort());
    await page.getByRole("link", { name: "Models" }).click();
    await page.getByText("The gateway cannot be reached.").waitFor();
    await page.unroute("**/api/jobs?*");
    await page.reload();
    await newestJob().waitFor();
  });

  for (const [size, viewport] of Object.entries({ wide, phone })) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`has no accessibility violations: ${size}, ${colorScheme}`, async () => {
        await open("#models", { viewport, colorScheme });
        await choose(platform.flowers);
        await page.getByText("Parameters", { exact: true }).click();
        expect(await violations(), "before").to.deep.equal([]);
        expect(await trainChosen({ name: "flowers" })).to.equal("succeeded");
        expect(await violations(), "with jobs").to.deep.equal([]);
        expect(await fits(), "fits the width").to.equal(true);
        await page.locator(".known a", { hasText: "flowers" }).click();
        await page.locator(".predict").waitFor();
        await page.getByRole("button", { name: "Predict kind" }).click();
        await page.locator(".result .single").waitFor();
        expect(await violations(), "of a model").to.deep.equal([]);
        expect(await fits(), "fits the width").to.equal(true);
      });
    }
  }

  describe("with a required token", () => {
    const issuer = new Issuer();
    before(() => issuer.start());
    after(() => issuer.stop());

    it("trains and follows a job with the token", async () => {
      await open("#models", {}, await platform.guarded({ issuer: issuer.url, audience }));
      await page.getByRole("dialog").waitFor();
      await page.getByLabel("Token", { exact: true }).fill(await issuer.token());
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      expect(await train(platform.flowers, { name: "guarded" })).to.equal("succeeded");
      await newestJob().locator(".log li", { hasText: "Succeeded" }).waitFor();
    });
  });

  it("shows an imported model and predicts with it", async () => {
    const query = new URLSearchParams({ target: "species", features: "a,b,c,d" });
    const imported = await fetch(`${platform.url}/api/models/iris/import?${query}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: onnxFile("iris-logistic"),
    });
    expect(imported.status).to.equal(201);
    await open("#models/iris");
    await page.getByText("It was trained elsewhere").waitFor();
    await page.getByRole("cell", { name: "imported (ONNX)" }).waitFor();
    for (const [name, value] of Object.entries({ a: 5.1, b: 3.5, c: 1.4, d: 0.2 }))
      await page.getByLabel(name, { exact: true }).fill(String(value));
    await page.getByRole("button", { name: "Predict species" }).click();
    await page.getByText("setosa").first().waitFor();
    expect(await violations()).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });
});

import { jobAccepted, jobList, type Job } from "@chatdb/contracts/jobs.ts";
import { modelVersionList } from "@chatdb/contracts/models.ts";
import { predictResponse } from "@chatdb/contracts/predictions.ts";
import { housePrice } from "@chatdb/sample-data/datasets.ts";
import { generateShop } from "@chatdb/sample-data/shop.ts";
import { run, type Run } from "@chatdb/test-service/report.ts";
import { expect } from "chai";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { curlCommands, perform, type CurlCommand } from "../../support/curl.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { launch, type PlatformProcess } from "../support/embedded-process.ts";

/** The end of the greeting: by then everything answers. */
const ready = "Ctrl-C stops it.";

const germans = generateShop().customers.filter(({ country }) => country === "Germany").length;

describe("platform", () => {
  let folder: string;
  const processes: PlatformProcess[] = [];
  const start = (args: string[]) => {
    const platform = launch(args, folder);
    processes.push(platform);
    return platform;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "platform-test-"));
  });
  after(async () => {
    await Promise.all(processes.map((each) => each.destroy()));
    await rm(folder, { recursive: true });
  });

  describe("as the greeting says", () => {
    let platform: PlatformProcess;
    let port: number;
    let commands: CurlCommand[];
    before(async function () {
      this.timeout(180_000);
      port = await freePort();
      platform = start(["--port", String(port)]);
      await platform.printed(ready);
      commands = curlCommands(platform.output.stdout);
    });

    /** Runs the greeting's command for a path, which it prints once for each method. */
    const call = async (method: string, path: string) => {
      const found = commands.filter((command) => command.method === method && new URL(command.url).pathname === path);
      expect(found, `${method} ${path}`).to.have.length(1);
      return await perform(found[0]!);
    };

    it("names its address and five commands, and nothing complains", () => {
      expect(platform.output.stdout).to.match(
        new RegExp(`ChatDB is ready after \\d+\\.\\d s: http://127\\.0\\.0\\.1:${port}\n`),
      );
      expect(commands.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).to.deep.equal([
        "POST /api/query",
        "POST /api/jobs",
        "GET /api/jobs",
        "POST /api/predict",
        "POST /runs",
      ]);
      expect(platform.output.stderr).to.equal("");
    });

    it("answers a question about the sample shop", async () => {
      const answer = await call("POST", "/api/query");
      expect(answer.status).to.equal(200);
      expect(await answer.json()).to.deep.include({
        query: "how many customers are there in Germany?",
        rows: [[germans]],
        row_count: 1,
      });
    });

    it("trains a model on the sample dataset, which then predicts what the dataset is made from", async () => {
      const accepted = await call("POST", "/api/jobs");
      expect(accepted.status).to.equal(202);
      const { job_id } = jobAccepted.parse(await accepted.json());
      const job = await eventually(
        async () => finished(jobList.parse(await (await call("GET", "/api/jobs")).json()).jobs, job_id),
        60_000,
      );
      expect(job.error).to.equal(undefined);

      const command = commands.find(({ url }) => url.endsWith("/api/predict"))!;
      const { features } = asked.parse(JSON.parse(command.body!));
      const { base, perSquareMetre, perRoom, perYearOfAge, city, noise } = housePrice;
      const price =
        base +
        perSquareMetre * features.area_m2 +
        perRoom * features.rooms +
        perYearOfAge * features.age_years +
        city[features.city];
      const answer = await call("POST", "/api/predict");
      expect(answer.status).to.equal(200);
      // Hundreds of houses average the noise out: what is left is well below that of one house.
      expect(predictResponse.parse(await answer.json()).prediction).to.be.closeTo(price, noise / 2);
    });

    it("passes the three test scenarios", async () => {
      const begun = await call("POST", "/runs");
      expect(begun.status).to.equal(202);
      const report = new URL(begun.headers.get("location")!, begun.url);
      const result = await eventually(
        async () => ended(run.parse(await (await fetch(new URL(".", report).href.slice(0, -1))).json())),
        60_000,
      );
      const failures = result.scenarios.flatMap(({ steps }) => steps.filter(({ status }) => status !== "passed"));
      expect(failures).to.deep.equal([]);
      expect(result.scenarios.map(({ status }) => status)).to.deep.equal(["passed", "passed", "passed"]);
      expect(result.status).to.equal("passed");
      expect(await (await fetch(report)).text()).to.include("<title>Passed: ChatDB test run</title>");
    });

    it("refuses a port that is in use, in one line", async () => {
      const second = await start(["--port", String(port)]).ended();
      expect(second).to.deep.equal({
        code: 2,
        stdout: "",
        stderr: `chatdb: port ${port} is in use; choose another with --port\n`,
      });
    });

    // The last one here. Ctrl-C in a terminal can arrive twice: from the terminal, and passed on by npm.
    it("stops at Ctrl-C and leaves nothing behind", async () => {
      expect(await readdir(folder), "in use").to.have.length(1);
      platform.kill("SIGINT");
      platform.kill("SIGINT");
      const { code, stdout, stderr } = await platform.ended();
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      expect(stdout.split("Stopping.")).to.have.length(2);
      expect(await readdir(folder)).to.deep.equal([]);
    });
  });

  it("stops at Ctrl-C while it starts", async () => {
    const platform = start(["--port", "0"]);
    await platform.printed("ChatDB is starting.");
    platform.kill("SIGINT");
    const { code, stdout, stderr } = await platform.ended();
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
    expect(stdout).not.to.include(ready);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  describe("--data", () => {
    let data: string;
    before(async () => {
      data = await mkdtemp(join(tmpdir(), "platform-data-"));
    });
    after(async () => {
      await Promise.all(processes.map((each) => each.destroy()));
      await rm(data, { recursive: true });
    });

    const startWithData = async () => {
      const platform = start(["--port", "0", "--data", data]);
      await platform.printed(ready);
      const commands = curlCommands(platform.output.stdout);
      return { platform, commands, at: (path: string) => new URL(path, commands[0]!.url) };
    };

    it("keeps a trained model over a restart, and is for one process at a time", async function () {
      this.timeout(180_000);
      const first = await startWithData();
      const accepted = await perform(
        first.commands.find(({ method, url }) => method === "POST" && url.endsWith("/api/jobs"))!,
      );
      const { job_id } = jobAccepted.parse(await accepted.json());
      await eventually(
        async () => finished(jobList.parse(await (await fetch(first.at("/api/jobs"))).json()).jobs, job_id),
        60_000,
      );

      const intruder = await start(["--port", "0", "--data", data]).ended();
      expect({ code: intruder.code, stdout: intruder.stdout }).to.deep.equal({ code: 2, stdout: "" });
      expect(intruder.stderr).to.match(/^chatdb: --data .* is in use by the process \d+\n$/);

      first.platform.kill("SIGTERM");
      expect((await first.platform.ended()).code).to.equal(0);

      const second = await startWithData();
      const { versions } = modelVersionList.parse(await (await fetch(second.at("/api/models/house-prices"))).json());
      expect(versions.map((version) => version.job_id)).to.deep.equal([job_id]);
      const answer = await perform(second.commands.find(({ url }) => url.endsWith("/api/predict"))!);
      expect(predictResponse.parse(await answer.json()).prediction).to.be.a("number");
      const customers = await perform(second.commands[0]!);
      expect(await customers.json(), "the sample shop, once and not twice").to.deep.include({ rows: [[germans]] });
      second.platform.kill("SIGINT");
      expect((await second.platform.ended()).code).to.equal(0);
    });
  });

  describe("command line", () => {
    const refusals: [args: string[], message: string][] = [
      [["--port", "abc"], '--port must be a number from 0 to 65535, not "abc"'],
      [["chatdb", "8080"], "Unexpected argument 8080"],
      [["--host", "192.0.2.1"], "this machine has no address 192.0.2.1; choose another with --host"],
      [
        ["--port", "0", "--data", join(import.meta.filename, "data")],
        `--data ${join(import.meta.filename, "data")} cannot be used: `,
      ],
    ];
    for (const [args, message] of refusals) {
      it(`refuses ${args.join(" ").replace(import.meta.dirname, "../..")} in one line`, async () => {
        const { code, stdout, stderr } = await start(args).ended();
        expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
        expect(stderr)
          .to.match(/^chatdb: [^\n]+\n$/)
          .and.include(message);
      });
    }

    it("explains itself with --help", async () => {
      const { code, stdout, stderr } = await start(["--help"]).ended();
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      for (const option of ["--port PORT", "--host HOST", "--data DIR", "--verbose", "--help"])
        expect(stdout).to.include(option);
    });
  });
});

/** What the greeting's prediction asks for. */
const asked = z.object({
  features: z.object({
    area_m2: z.number(),
    rooms: z.number(),
    age_years: z.number(),
    city: z.enum(Object.keys(housePrice.city) as (keyof typeof housePrice.city)[]),
  }),
});

function finished(jobs: Job[], id: string): Job {
  const job = jobs.find(({ job_id }) => job_id === id);
  if (job?.finished_at === undefined) throw new Error(`Job ${id} is ${job?.status ?? "not listed"}.`);
  return job;
}

function ended(of: Run): Run {
  if (of.status === "running") throw new Error(`Run ${of.run_id} goes on.`);
  return of;
}

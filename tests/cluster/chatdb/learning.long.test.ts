import type { Answer } from "@chatdb/contracts/answer.ts";
import type { Job } from "@chatdb/contracts/jobs.ts";
import { expect } from "chai";
import { gatewayClient, type Gateway } from "../support/gateway.ts";
import { until } from "../support/kubectl.ts";

/** Questions in the words of the house, and their meaning: bundles are orders, snoozed orders are pending. */
const said = [
  ["how many bundles are there", "how many orders are there"],
  ["list the bundles of 2024", "list the orders of 2024"],
  ["bundles per status", "orders per status"],
  ["how many bundles came from Germany", "how many orders came from Germany"],
  ["how many snoozed orders are there", "how many pending orders are there"],
  ["list all snoozed orders", "list all pending orders"],
  ["snoozed orders from Germany", "pending orders from Germany"],
  ["how many snoozed orders are from France", "how many pending orders are from France"],
  ["how many customers are there", "how many customers are there"],
  ["how many products are there", "how many products are there"],
  ["list all categories", "list all categories"],
  ["customers per country", "customers per country"],
] as const;

describe("Learning on a real Kubernetes", function () {
  this.timeout(600_000);
  let gateway: Gateway;
  before(() => (gateway = gatewayClient()));
  after(() => gateway?.close());

  const ask = (query: string) => gateway.post<Answer>("/api/query", { query, datasource: "shop" });

  it("answers a question that needed clarification, after learning from feedback", async () => {
    const question = "how many snoozed bundles are from Italy";
    expect(await ask(question).then(() => "answered", String)).to.include("422");
    for (const [query, plain] of said) {
      const { plan } = await ask(plain);
      await gateway.post("/api/feedback", { query, datasource: "shop", plan, verdict: "corrected", correction: plan });
    }
    const parameters = { task: "questions", datasource: "shop" };
    // The engine reads feedback from Kafka: a job that starts before it has read all of it has fewer examples.
    const learned = await until("the engine has learned from all of it", 240, async () => {
      const { job_id } = await gateway.post<Job>("/api/jobs", {
        model_name: "questions-shop",
        dataset_location: "s3://feedback/shop/",
        parameters,
      });
      const job = await until(`job ${job_id} ends`, 120, async () => {
        const job = await gateway.get<Job>(`/api/jobs/${job_id}`);
        return job.finished_at === undefined ? undefined : job;
      });
      return (job.metrics?.["examples"] ?? 0) >= said.length ? job : undefined;
    });
    const answer = await until("the parser answers with what was learned", 120, () =>
      ask(question).catch(() => undefined),
    );
    expect(answer.learned_model?.name).to.equal(learned.model?.name);
    expect(answer.rows).to.deep.equal((await ask("how many pending orders are from Italy")).rows);
  });
});

import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { topics } from "@chatdb/contracts/topics.ts";
import { jobList } from "@chatdb/contracts/jobs.ts";
import { userHeader } from "@chatdb/contracts/common.ts";
import { eventually } from "../../support/eventually.ts";
import { at, brokenBus, idOf, orchestrators, request, says } from "./orchestrator.ts";

describe("training-orchestrator: jobs", () => {
  const { db, start } = orchestrators();
  const detailOf = (answer: { json(): unknown }) => (answer.json() as { detail: string }).detail;

  it("accepts a job, sends it to Kafka and follows it to its end", async () => {
    const { post, get, sent, tell } = await start();
    const answer = await post({ ...request, target: "price", parameters: { seed: 7 } });
    const job_id = idOf(answer);
    expect(answer.statusCode).to.equal(202);
    expect(answer.headers.location).to.equal(`/jobs/${job_id}`);
    expect(answer.json()).to.deep.equal({ job_id, status: "queued" });
    await eventually(() =>
      expect(sent).to.deep.equal([{ job_id, attempt: 1, ...request, target: "price", parameters: { seed: 7 } }]),
    );
    expect(await get(job_id)).to.include({
      status: "queued",
      attempt: 1,
      priority: "normal",
      timeout_s: 3600,
      max_attempts: 10,
      progress: 0,
    });

    await tell({ ...says(job_id, 1, 1), kind: "started" });
    await eventually(async () => expect(await get(job_id)).to.include({ status: "running", started_at: at(1) }));
    await tell({ ...says(job_id, 1, 2), kind: "progress", share: 0.25, step: "round 25 of 100" });
    await eventually(async () => expect(await get(job_id)).to.include({ progress: 0.25, step: "round 25 of 100" }));
    await tell({
      ...says(job_id, 1, 3),
      kind: "succeeded",
      model: { name: "house-prices", version: 3 },
      metrics: { r2: 0.9 },
    });
    await eventually(async () => expect((await get(job_id)).status).to.equal("succeeded"));
    await tell(
      { ...says(job_id, 1, 5), kind: "started" },
      { ...says(job_id, 1, 6), kind: "failed", transient: false, error: "late" },
    );
    const marker = idOf(await post());
    await tell({ ...says(marker, 1, 7), kind: "failed", transient: false, error: "no dataset" });
    await eventually(async () => expect(await get(marker)).to.include({ status: "failed", error: "no dataset" }));
    expect(await get(job_id)).to.deep.include({
      status: "succeeded",
      model: { name: "house-prices", version: 3 },
      metrics: { r2: 0.9 },
      progress: 1,
      started_at: at(1),
      finished_at: at(3),
    });
    expect(await get(job_id)).not.to.have.property("step");
  });

  it("reports all problems of a request at once, and stores nothing", async () => {
    const { post } = await start();
    const answer = await post({
      model_name: "No Good",
      dataset_location: "ftp://x/y.csv",
      target: "a\0b",
      parameters: { l2: -1, sead: 1 },
      priority: "urgent",
      timeout_s: 0,
      max_attempts: 21,
    });
    expect(answer.statusCode).to.equal(400);
    const paths = answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path);
    const wrong = [
      "model_name",
      "dataset_location",
      "target",
      "parameters.l2",
      "parameters",
      "priority",
      "timeout_s",
      "max_attempts",
    ];
    expect(paths).to.have.members(wrong.map((member) => `body.${member}`));
    expect(await db().selectFrom("jobs").selectAll().execute()).to.be.empty;
  });

  it("returns the same job for the same key, in header or body, also to concurrent callers", async () => {
    const { post, sent } = await start();
    const key = randomUUID();
    const asked = Array.from({ length: 50 }, (_, n) =>
      n % 2 === 0 ? post(request, { "idempotency-key": key }) : post({ ...request, idempotency_key: key }),
    );
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).to.deep.equal(new Set([202]));
    expect(new Set(answers.map(idOf)).size).to.equal(1);
    for (const changed of [{ target: "rooms" }, { priority: "high" }, { timeout_s: 1 }]) {
      const other = await post({ ...request, ...changed, idempotency_key: key });
      expect(other.statusCode).to.equal(422);
      expect(detailOf(other)).to.include(idOf(answers[0]!));
    }
    const next = idOf(await post());
    await eventually(() => expect(sent.map(({ job_id }) => job_id)).to.deep.equal([idOf(answers[0]!), next]));
  });

  it("rejects two different keys, and accepts the same one twice", async () => {
    const { post } = await start();
    const keyed = (key: string) => post({ ...request, idempotency_key: key }, { "idempotency-key": "one" });
    const refused = await keyed("two");
    expect([refused.statusCode, detailOf(refused)]).to.deep.equal([
      400,
      "The header Idempotency-Key and idempotency_key in the body differ. Send one of them, or the same twice.",
    ]);
    expect((await keyed("one")).statusCode).to.equal(202);
  });

  it("stores the owner of a job, and lets two owners use the same key", async () => {
    const { post, get } = await start();
    const of = (user: string) => post(request, { [userHeader]: user, "idempotency-key": "monday" });
    const [ann, bob, again] = [idOf(await of("ann")), idOf(await of("bob")), idOf(await of("ann"))];
    expect(ann).to.equal(again).and.not.to.equal(bob);
    expect((await get(bob)).owner).to.equal("bob");
    expect(await get(idOf(await post()))).not.to.have.property("owner");
  });

  it("lists jobs newest first, by status and model, page by page", async () => {
    const { call, post, tell, get } = await start();
    const list = async (query: string) => {
      const { jobs, next } = jobList.parse((await call("GET", `/jobs?${query}`)).json());
      return { ids: jobs.map(({ job_id }) => job_id), next };
    };
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(idOf(await post({ ...request, model_name: i === 4 ? "other" : "mine" })));
    expect(await list("")).to.deep.equal({ ids, next: undefined });
    expect(await list("limit=5")).to.deep.equal({ ids, next: undefined });
    const first = await list("limit=2&model_name=mine");
    expect(first).to.deep.equal({ ids: ids.slice(1, 3), next: ids[2] });
    // What comes meanwhile moves no page.
    await post({ ...request, model_name: "mine" });
    expect(await list(`limit=2&model_name=mine&before=${first.next}`)).to.deep.equal({
      ids: ids.slice(3, 5),
      next: undefined,
    });
    await tell({ ...says(ids[1]!, 1, 1), kind: "failed", transient: false, error: "no" });
    await eventually(async () => expect((await get(ids[1]!)).status).to.equal("failed"));
    expect(await list("status=failed")).to.deep.equal({ ids: [ids[1]], next: undefined });
    expect((await list("status=queued&model_name=mine")).ids).to.include.members([ids[2], ids[3], ids[4]]);
    for (const query of ["status=lost", "before=7", `before=${randomUUID()}`, "limit=0"])
      expect((await call("GET", `/jobs?${query}`)).statusCode).to.equal(400);
  });

  it("answers 404 for an unknown job and 400 for an invalid id", async () => {
    const { call } = await start();
    const id = randomUUID();
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/events"],
      ["POST", "/cancel"],
      ["POST", "/retry"],
    ] as const) {
      expect((await call(method, `/jobs/${id}${path}`)).json()).to.include({
        status: 404,
        detail: `There is no job ${id}.`,
      });
      expect((await call(method, `/jobs/7${path}`)).statusCode).to.equal(400);
    }
  });

  it("cancels a job in any phase once, and notifies the engines", async () => {
    const { post, get, cancel, tell, cancellations, sent, history } = await start({ concurrentJobs: 1 });
    const [running, waiting] = [idOf(await post()), idOf(await post())];
    await eventually(() => expect(sent).to.have.lengthOf(1));
    await tell({ ...says(running, 1, 1), kind: "started" });
    await eventually(async () => expect((await get(running)).status).to.equal("running"));
    expect((await cancel(waiting)).json()).to.include({ status: "cancelled", attempt: 0 });
    expect((await cancel(running)).json()).to.include({ status: "cancelled", attempt: 1 });
    expect((await cancel(running)).statusCode).to.equal(200);
    await eventually(() =>
      expect(
        cancellations.map(({ job_id, up_to_attempt, reason }) => ({ job_id, up_to_attempt, reason })),
      ).to.deep.equal([{ job_id: running, up_to_attempt: 1, reason: "cancelled" }]),
    );
    await tell({ ...says(running, 1, 3), kind: "stopped", reason: "cancelled" });
    const next = idOf(await post());
    await eventually(() => expect(sent.map(({ job_id }) => job_id)).to.deep.equal([running, next]));
    expect((await history(running)).map(({ kind }) => kind)).to.deep.equal(["queued", "sent", "started", "cancelled"]);
    expect((await history(waiting)).map(({ kind }) => kind)).to.deep.equal(["queued", "cancelled"]);
  });

  it("keeps a success that was reported after the cancellation", async () => {
    const { post, get, cancel, tell } = await start();
    const job_id = idOf(await post());
    await cancel(job_id);
    await tell({ ...says(job_id, 1, 2), kind: "succeeded", model: { name: "house-prices", version: 1 }, metrics: {} });
    await eventually(async () => expect((await get(job_id)).status).to.equal("succeeded"));
    expect([(await cancel(job_id)).statusCode, detailOf(await cancel(job_id))]).to.deep.equal([
      409,
      `Job ${job_id} cannot be cancelled: it has succeeded, as version 1 of house-prices.`,
    ]);
  });

  it("retries only failed or cancelled jobs, with max_attempts more attempts", async () => {
    const { post, get, cancel, retry, tell, sent } = await start();
    const job_id = idOf(await post({ ...request, max_attempts: 1 }));
    await eventually(() => expect(sent).to.have.lengthOf(1));
    expect([(await retry(job_id)).statusCode, detailOf(await retry(job_id))]).to.deep.equal([
      409,
      `Job ${job_id} cannot be retried: it is queued. Only a failed or cancelled one can.`,
    ]);
    await tell({ ...says(job_id, 1, 1), kind: "failed", transient: true, error: "the registry is away" });
    await eventually(async () =>
      expect(await get(job_id)).to.include({ status: "failed", error: "the registry is away" }),
    );
    expect((await retry(job_id)).json())
      .to.include({ status: "queued" })
      .and.not.to.have.any.keys("error", "finished_at");
    await eventually(() => expect(sent.map(({ attempt }) => attempt)).to.deep.equal([1, 2]));
    await cancel(job_id);
    await retry(job_id);
    await eventually(() => expect(sent.map(({ attempt }) => attempt)).to.deep.equal([1, 2, 3]));
    // Of attempts that are over, nothing matters but success.
    await tell(
      { ...says(job_id, 2, 9), kind: "failed", transient: false, error: "late" },
      { ...says(job_id, 3, 9), kind: "started" },
    );
    await eventually(async () => expect(await get(job_id)).to.include({ status: "running", attempt: 3 }));
  });

  it("moves messages that cannot be parsed or stored to the dead letters, and continues", async () => {
    const { bus, post, get, tell, deadLetters } = await start();
    const job_id = idOf(await post());
    await bus.publish(topics.trainingEvents, [{ key: job_id, value: { job_id, status: "exploded\0\ud800" } }]);
    await tell({ ...says(randomUUID(), 1, 1), kind: "started" });
    await tell({ ...says(job_id, 2 ** 40, 1), kind: "started" });
    await tell(
      { ...says(job_id, 1, 1), kind: "log", text: "half a \ud800 and \0" },
      { ...says(job_id, 1, 1), kind: "started" },
    );
    await eventually(async () => expect((await get(job_id)).status).to.equal("running"));
    await eventually(() => expect(deadLetters).to.have.lengthOf(2));
    expect(deadLetters.map(({ from, key }) => ({ from, key }))).to.deep.equal(
      Array(2).fill({ from: topics.trainingEvents, key: job_id }),
    );
    expect(deadLetters[0]!.reason).to.match(/^Not a training event/);
    expect(deadLetters[0]!.value).to.deep.equal({ job_id, status: "exploded\ufffd\ufffd" });
  });

  it("accepts jobs while Kafka is unavailable and sends them afterwards", async () => {
    const away = await start({ bus: brokenBus() });
    const job_id = idOf(await away.post());
    expect((await away.get(job_id)).status).to.equal("queued");
    await eventually(async () => expect(await db().selectFrom("outbox").selectAll().execute()).to.have.lengthOf(1));
    await away.stop();
    const back = await start();
    await eventually(() => expect(back.sent.map((each) => each.job_id)).to.deep.equal([job_id]));
    await eventually(async () => expect(await db().selectFrom("outbox").selectAll().execute()).to.be.empty);
    await back.stop();
  });
});

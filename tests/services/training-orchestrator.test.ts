import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { LightMyRequestResponse } from "fastify";
import type { Kysely } from "kysely";
import { topics } from "@chatdb/contracts/topics.ts";
import { job, jobAccepted, jobList, trainingJob, type TrainingEvent, type TrainingJob } from "@chatdb/contracts/jobs.ts";
import { openDatabase } from "@chatdb/kit/database.ts";
import type { EventBus, IncomingEvent } from "@chatdb/kit/event-bus.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { createMemoryEventBus } from "@chatdb/kit/memory-event-bus.ts";
import { applyEvent, type JobState } from "@chatdb/training-orchestrator/job-state.ts";
import { relayBatch } from "@chatdb/training-orchestrator/relay.ts";
import type { OrchestratorTables } from "@chatdb/training-orchestrator/schema.ts";
import { createService } from "@chatdb/training-orchestrator/service.ts";
import { startPglite, type TestDatabase } from "./support/pglite.ts";
import { eventually } from "./support/eventually.ts";

const log = createLogger("test", "silent");

describe("the state of a job", () => {
  const at = fc.integer({ min: 0, max: 5 }).map((second) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString());
  const job_id = randomUUID();
  const event: fc.Arbitrary<TrainingEvent> = fc.oneof(
    fc.record({ job_id: fc.constant(job_id), kind: fc.constant("started" as const), attempt: fc.constant(1), at }),
    fc.record({ job_id: fc.constant(job_id), kind: fc.constant("failed" as const), attempt: fc.constant(1), passing: fc.constant(false), error: fc.constantFrom("no such dataset", "bad row"), at }),
    fc
      .record({ version: fc.integer({ min: 1, max: 2 }), at })
      .map(({ version, at }) => ({ job_id, kind: "succeeded" as const, attempt: 1, model: { name: "m", version }, metrics: { r2: version }, at })),
  );
  const outcome = (events: readonly TrainingEvent[]) => events.reduce(applyEvent, { status: "queued" } as JobState);

  it("comes to the same whatever order the events arrive in, and however often", () => {
    const history = fc.array(event, { maxLength: 6 });
    fc.assert(
      fc.property(
        history.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length }))),
        ([events, delivered]) => {
          expect(outcome(delivered)).to.deep.equal(outcome(events));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("never goes back, and ends as succeeded if any delivery succeeded", () => {
    const order = ["queued", "running", "failed", "succeeded"];
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const statuses = events.map((_, i) => order.indexOf(outcome(events.slice(0, i + 1)).status));
        expect(statuses).to.deep.equal([...statuses].sort());
        expect(outcome(events).status).to.equal(order[Math.max(0, ...events.map(({ kind }) => order.indexOf(kind === "started" ? "running" : kind)))]);
      }),
    );
  });

  it("tells what its status says and no more", () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const { status, model, metrics, error, finished_at } = outcome(events);
        expect(model !== undefined && metrics !== undefined).to.equal(status === "succeeded");
        expect(error !== undefined).to.equal(status === "failed");
        expect(finished_at !== undefined).to.equal(status === "succeeded" || status === "failed");
      }),
    );
  });
});

describe("training-orchestrator", () => {
  let database: TestDatabase;
  let db: Kysely<OrchestratorTables>;
  const request = { model_name: "house-prices", dataset_location: "s3://datasets/houses.csv" };

  before(async () => {
    database = await startPglite();
    db = openDatabase<OrchestratorTables>(database.pool);
  });
  after(() => database.close());

  /** A service on a bus of its own, and what it sent there. */
  async function start(bus: EventBus = createMemoryEventBus()) {
    const app = await createService({ db, bus, log });
    const sent: TrainingJob[] = [];
    const keep = ({ value }: IncomingEvent) => Promise.resolve(void sent.push(trainingJob.parse(value)));
    await bus.subscribe({ group: "test", topics: [topics.trainingJobs], handle: keep });
    const post = (payload: object, headers = {}) => app.inject({ method: "POST", url: "/jobs", payload, headers });
    const get = async (id: string) => job.parse((await app.inject({ url: `/jobs/${id}` })).json());
    const tell = (event: TrainingEvent) => bus.publish(topics.trainingEvents, [{ key: event.job_id, value: event }]);
    const stop = async () => {
      await app.close();
      await bus.close();
    };
    return { app, bus, sent, post, get, tell, stop };
  }

  const idOf = (answer: LightMyRequestResponse) => jobAccepted.parse(answer.json()).job_id;
  const outboxSize = async () => (await db.selectFrom("outbox").selectAll().execute()).length;

  it("accepts a job, sends it to Kafka and follows it to its end", async () => {
    const { post, get, sent, tell, stop } = await start();
    const answer = await post({ ...request, target: "price", parameters: { seed: 7 } });
    const job_id = idOf(answer);
    expect(answer.statusCode).to.equal(202);
    expect(answer.headers.location).to.equal(`/jobs/${job_id}`);
    expect(answer.json()).to.deep.equal({ job_id, status: "queued" });
    await eventually(() => expect(sent).to.deep.equal([{ job_id, attempt: 1, ...request, target: "price", parameters: { seed: 7 } }]));
    await eventually(async () => expect(await outboxSize()).to.equal(0));

    await tell({ job_id, kind: "started", attempt: 1, at: "2026-01-01T00:00:01.000Z" });
    await eventually(async () => expect(await get(job_id)).to.include({ status: "running", started_at: "2026-01-01T00:00:01.000Z" }));
    await tell({ job_id, kind: "succeeded", attempt: 1, model: { name: "house-prices", version: 3 }, metrics: { r2: 0.9 }, at: "2026-01-01T00:00:02.000Z" });
    await eventually(async () => expect((await get(job_id)).status).to.equal("succeeded"));
    await tell({ job_id, kind: "started", attempt: 1, at: "2026-01-01T00:00:05.000Z" });
    await tell({ job_id, kind: "failed", attempt: 1, passing: false, error: "late", at: "2026-01-01T00:00:06.000Z" });
    const marker = idOf(await post(request));
    await tell({ job_id: marker, kind: "failed", attempt: 1, passing: false, error: "no dataset", at: "2026-01-01T00:00:07.000Z" });
    await eventually(async () => expect(await get(marker)).to.include({ status: "failed", error: "no dataset" }));
    expect(await get(job_id)).to.deep.include({
      status: "succeeded",
      model: { name: "house-prices", version: 3 },
      metrics: { r2: 0.9 },
      started_at: "2026-01-01T00:00:01.000Z",
      finished_at: "2026-01-01T00:00:02.000Z",
    });
    await stop();
  });

  it("says everything that is wrong with a request at once, and records nothing", async () => {
    const { app, post, stop } = await start();
    const countJobs = async () => jobList.parse((await app.inject({ url: "/jobs" })).json()).jobs.length;
    const before = await countJobs();
    const answer = await post({ model_name: "No Good", dataset_location: "ftp://x/y.csv", parameters: { l2: -1, sead: 1 } });
    expect(answer.statusCode).to.equal(400);
    const paths = answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path);
    expect(paths).to.have.members(["body.model_name", "body.dataset_location", "body.parameters.l2", "body.parameters"]);
    expect(await countJobs()).to.equal(before);
    await stop();
  });

  it("gives the same job for the same Idempotency-Key, also to callers at the same time", async () => {
    const { post, sent, stop } = await start();
    const headers = { "idempotency-key": randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(request, headers)));
    expect(new Set(answers.map(idOf)).size).to.equal(1);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).to.deep.equal(new Set([202]));
    const other = await post({ ...request, target: "rooms" }, headers);
    expect(other.statusCode).to.equal(422);
    expect(other.json<{ detail: string }>().detail).to.include(idOf(answers[0]!));
    const next = idOf(await post(request));
    await eventually(() => expect(sent.map(({ job_id }) => job_id)).to.deep.equal([idOf(answers[0]!), next]));
    await stop();
  });

  it("lists jobs newest first, by status and model, within a limit", async () => {
    const { app, post, tell, stop } = await start();
    const model_name = `model-${randomUUID()}`;
    const list = async (query: string) => jobList.parse((await app.inject({ url: `/jobs?model_name=${model_name}${query}` })).json()).jobs.map(({ job_id }) => job_id);
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift(idOf(await post({ ...request, model_name })));
    expect(await list("")).to.deep.equal(ids);
    expect(await list("&limit=2")).to.deep.equal(ids.slice(0, 2));
    await tell({ job_id: ids[1]!, kind: "failed", attempt: 1, passing: false, error: "no", at: new Date().toISOString() });
    await eventually(async () => expect(await list("&status=failed")).to.deep.equal([ids[1]]));
    expect(await list("&status=queued")).to.deep.equal([ids[0], ids[2]]);
    expect((await app.inject({ url: "/jobs?status=lost" })).statusCode).to.equal(400);
    await stop();
  });

  it("answers 404 for an unknown job and 400 for what is no job id", async () => {
    const { app, stop } = await start();
    const id = randomUUID();
    expect((await app.inject({ url: `/jobs/${id}` })).json()).to.include({ status: 404, detail: `There is no job ${id}.` });
    expect((await app.inject({ url: "/jobs/7" })).statusCode).to.equal(400);
    await stop();
  });

  it("skips what is no training event, and one of a job that it does not know", async () => {
    const { bus, post, get, tell, stop } = await start();
    const job_id = idOf(await post(request));
    await bus.publish(topics.trainingEvents, [{ key: job_id, value: { job_id, status: "exploded" } }]);
    await tell({ job_id: randomUUID(), kind: "started", attempt: 1, at: new Date().toISOString() });
    await tell({ job_id, kind: "started", attempt: 1, at: new Date().toISOString() });
    await eventually(async () => expect((await get(job_id)).status).to.equal("running"));
    await stop();
  });

  it("accepts jobs while Kafka is away and sends them when it is back", async () => {
    const bus = createMemoryEventBus();
    let away = true;
    const attempts: number[] = [];
    const { post, get, sent, stop } = await start({
      ...bus,
      publish: async (topic, events) => {
        attempts.push(events.length);
        if (away) throw new Error("no broker");
        await bus.publish(topic, events);
      },
    });
    const job_id = idOf(await post(request));
    await eventually(() => expect(attempts).not.to.be.empty);
    expect((await get(job_id)).status).to.equal("queued");
    away = false;
    await eventually(() => expect(sent.map((each) => each.job_id)).to.deep.equal([job_id]));
    await stop();
  });

  it("publishes again after a crash between the publishing and the taking off, and loses nothing", async () => {
    const { post, stop } = await start({ ...createMemoryEventBus(), publish: () => Promise.reject(new Error("no broker")) });
    const job_id = idOf(await post(request));
    await stop();
    const published: string[] = [];
    const crashing = { ...createMemoryEventBus(), publish: (_topic: string, events: { key: string }[]) => {
      published.push(...events.map(({ key }) => key));
      return Promise.reject(new Error("killed"));
    } };
    await relayBatch(db, crashing).catch(() => undefined);
    expect(published).to.deep.equal([job_id]);
    const again = await start();
    await eventually(() => expect(again.sent.map((each) => each.job_id)).to.deep.equal([job_id]));
    await eventually(async () => expect(await outboxSize()).to.equal(0));
    await again.stop();
  });

  it("relays each event once though two replicas look at the same outbox", async () => {
    const bus = createMemoryEventBus();
    const one = await start(bus);
    const two = await createService({ db, bus, log });
    const ids = await Promise.all(Array.from({ length: 20 }, async () => idOf(await one.post(request))));
    await eventually(() => expect(one.sent.map(({ job_id }) => job_id)).to.have.members(ids));
    expect(await outboxSize()).to.equal(0);
    expect(one.sent).to.have.lengthOf(20);
    await two.close();
    await one.stop();
  });
});

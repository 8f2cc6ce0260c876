import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import type { InjectOptions } from "fastify";
import type { Kysely } from "kysely";
import pg from "pg";
import { jobAccepted, job, trainingJob, type TrainingEvent } from "@chatdb/contracts/jobs.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { openDatabase } from "@platform/kit/database.ts";
import type { EventBus, IncomingEvent } from "@platform/kit/event-bus.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import type { OrchestratorTables } from "@chatdb/training-orchestrator/tables.ts";
import { createService } from "@chatdb/training-orchestrator/service.ts";
import { eventually } from "../../support/eventually.ts";
import { log, request } from "./orchestrator.ts";
import { startServer } from "./postgresql.ts";

/**
 * A process as its database and its broker see it, which dies at a step of our choice: from then on they hear nothing
 * more of it, and its connections are gone. A step is a statement or a publication. To die before one is also to die
 * after the one before it had its effect.
 */
class Mortal {
  steps = 0;
  readonly #last: number;
  readonly #died = Promise.withResolvers<void>();
  readonly #sockets = new Set<{ destroy(): void }>();
  #dead = false;

  /** @param last step that has no effect any more */
  constructor(last = Infinity) {
    this.#last = last;
  }

  get died(): Promise<void> {
    return this.#died.promise;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  async step<T>(act: () => Promise<T>): Promise<T> {
    if (this.#dead) return never();
    if (++this.steps >= this.#last) return this.#die();
    const result = await act();
    return this.#dead ? never() : result;
  }

  /** Goes down with it. */
  owns(socket: { destroy(): void }): void {
    this.#sockets.add(socket);
  }

  #die(): Promise<never> {
    this.#dead = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#died.resolve();
    return never();
  }
}

/** Its connections, whose statements are steps. */
function clientOf(mortal: Mortal): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config);
      mortal.owns((this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream);
    }

    /** No connection of a dead process comes about. */
    override connect(...args: unknown[]): never {
      const connect = super.connect.bind(this) as (...args: unknown[]) => unknown;
      return (mortal.isDead ? never() : connect(...args)) as never;
    }

    override query(...args: unknown[]): never {
      const query = super.query.bind(this) as (...args: unknown[]) => unknown;
      return mortal.step(() => query(...args) as Promise<unknown>) as never;
    }
  };
}

const never = () => new Promise<never>(() => undefined);

/**
 * Events outlive the processes; each group's go to the process that subscribed last, and again to the next one when it
 * dies over them.
 */
function broker() {
  const bus = createMemoryEventBus({ firstPauseMs: 10 });
  const members = new Map<string, { mortal: Mortal; handle: (event: IncomingEvent) => Promise<void> }>();
  const connect = (mortal: Mortal): EventBus => ({
    ...bus,
    publish: (topic, events) => mortal.step(() => bus.publish(topic, events)),
    subscribe: async (subscription) => {
      const { group } = subscription;
      const isNew = !members.has(group);
      members.set(group, { mortal, handle: (event) => subscription.handle(event) });
      if (!isNew) return;
      const handle = async (event: IncomingEvent) => {
        const { mortal, handle } = members.get(group)!;
        const died = mortal.died.then(() => Promise.reject(new Error("the member died")));
        await (mortal.isDead ? died : Promise.race([handle(event), died]));
      };
      await bus.subscribe({ ...subscription, handle });
    },
    close: () => Promise.resolve(),
  });
  return { bus, connect };
}

describe("training-orchestrator: a process that dies, and PostgreSQL with several processes", () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let db: Kysely<OrchestratorTables>;
  before(async function () {
    server = await startServer(this);
    db = openDatabase(server.pool);
    await (await createService({ db, bus: createMemoryEventBus(), log })).close();
  });
  after(() => server?.close());
  afterEach(async () => {
    for (const table of ["job_events", "outbox", "jobs"] as const) await db.deleteFrom(table).execute();
  });

  /** What the process answers; undefined when it dies instead. */
  async function until<T>(mortal: Mortal, answer: Promise<T>): Promise<T | undefined> {
    const answered = await Promise.race([
      answer.catch((error: unknown) => (mortal.isDead ? undefined : Promise.reject(error as Error))),
      mortal.died.then(() => undefined),
    ]);
    return mortal.isDead ? undefined : answered;
  }

  async function startProcess(connect: ReturnType<typeof broker>["connect"], mortal: Mortal, pollMs = 20) {
    const pool = server.open({ Client: clientOf(mortal) });
    const starting = createService({ db: openDatabase(pool), bus: connect(mortal), log, pollMs, retryPause: () => 0 });
    return until(
      mortal,
      starting.then((app) => (app.addHook("onClose", () => pool.end()), app)),
    );
  }

  /**
   * A job whose first attempt fails in a way that may pass and whose second succeeds, with an orchestrator that dies at
   * some step and one that comes after it. The client asks again with the same key until it is answered.
   */
  async function liveThrough(last?: number) {
    const { bus, connect } = broker();
    const told: string[] = [];
    await bus.subscribe({
      group: "engine",
      topics: [topics.trainingJobs],
      handle: async ({ value }) => {
        const { job_id, attempt } = trainingJob.parse(value);
        told.push(`${job_id} ${attempt}`);
        const of = { job_id, attempt, at: new Date().toISOString() };
        const outcome: TrainingEvent =
          attempt === 1
            ? { ...of, kind: "failed", transient: true, error: "away" }
            : { ...of, kind: "succeeded", model: { name: request.model_name, version: 1 }, metrics: {} };
        for (const value of [{ ...of, kind: "started" }, outcome])
          await bus.publish(topics.trainingEvents, [{ key: job_id, value }]);
      },
    });
    const key = randomUUID();
    const first = new Mortal(last);
    let mortal = first;
    // Without looks between, whose number would depend on the machine.
    let app = await startProcess(connect, mortal, 600_000);
    const started = first.steps;
    const ask = async (options: InjectOptions): Promise<unknown> => {
      for (;;) {
        const answer = app && (await until(mortal, app.inject(options)));
        if (answer) return answer.json();
        app = await startProcess(connect, (mortal = new Mortal()));
      }
    };
    const { job_id } = jobAccepted.parse(
      await ask({ method: "POST", url: "/jobs", payload: { ...request, idempotency_key: key } }),
    );
    const ended = await eventually(async () => {
      const found = job.parse(await ask({ url: `/jobs/${job_id}` }));
      expect(found.status).to.equal("succeeded");
      return found;
    }, 20_000);
    await eventually(async () => expect(await db.selectFrom("outbox").selectAll().execute()).to.be.empty);
    const history = await db
      .selectFrom("job_events")
      .selectAll()
      .where("job_id", "=", job_id)
      .orderBy("number")
      .execute();
    const jobs = await db.selectFrom("jobs").selectAll().where("idempotency_key", "=", key).execute();
    if (app) await until(mortal, app.close());
    await bus.close();
    return {
      ended,
      told,
      history: history.map(({ kind, attempt }) => `${kind} ${attempt}`),
      jobs: jobs.length,
      started,
      steps: first.steps,
    };
  }

  const history = ["queued 0", "sent 1", "started 1", "retrying 1", "sent 2", "started 2", "succeeded 2"];

  it("loses no job and duplicates no attempt, at whichever step it dies", async function () {
    this.timeout(300_000);
    const whole = await liveThrough();
    expect(whole).to.deep.include({ history, jobs: 1 });
    expect(whole.told).to.have.lengthOf(2);
    for (let step = whole.started + 1; step <= whole.steps; step++) {
      const { ended, told, history: entries, jobs } = await liveThrough(step);
      const when = `step ${step} of ${whole.steps}`;
      expect(ended, when).to.include({ status: "succeeded", attempt: 2 });
      expect(jobs, when).to.equal(1);
      expect(entries, when).to.deep.equal(history);
      expect(new Set(told).size, when).to.equal(2);
    }
  });

  it("creates one job for a key while many clients ask two replicas at once", async () => {
    const { app: one, close: closeOne } = await replica();
    const { app: two, close: closeTwo } = await replica();
    const keys = Array.from({ length: 40 }, () => randomUUID());
    const asked = Array.from({ length: 400 }, (_, n) =>
      (n % 2 === 0 ? one : two).inject({
        method: "POST",
        url: "/jobs",
        payload: { ...request, idempotency_key: keys[(n * 7) % 40] },
      }),
    );
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).to.deep.equal(new Set([202]));
    expect(new Set(answers.map((answer) => jobAccepted.parse(answer.json()).job_id)).size).to.equal(40);
    await Promise.all([closeOne(), closeTwo()]);
  });

  it("sends each attempt once and at most concurrentJobs, while three replicas schedule", async () => {
    const { bus, connect } = broker();
    const replicas = await Promise.all([replica(connect), replica(connect), replica(connect)]);
    const told: string[] = [];
    let [underWay, most] = [0, 0];
    await bus.subscribe({
      group: "engine",
      topics: [topics.trainingJobs],
      concurrency: 100,
      handle: async ({ value }) => {
        const { job_id, attempt } = trainingJob.parse(value);
        told.push(`${job_id} ${attempt}`);
        most = Math.max(most, ++underWay);
        await turn();
        underWay--;
        const at = new Date().toISOString();
        await bus.publish(topics.trainingEvents, [
          {
            key: job_id,
            value: { kind: "succeeded", job_id, attempt, at, model: { name: "m", version: 1 }, metrics: {} },
          },
        ]);
      },
    });
    const ids = await Promise.all(
      Array.from(
        { length: 150 },
        async (_, n) =>
          jobAccepted.parse(
            (await replicas[n % 3]!.app.inject({ method: "POST", url: "/jobs", payload: request })).json(),
          ).job_id,
      ),
    );
    await eventually(
      async () =>
        expect((await db.selectFrom("jobs").select("id").where("status", "=", "succeeded").execute()).length).to.equal(
          150,
        ),
      20_000,
    );
    expect(told).to.have.members(ids.map((id) => `${id} 1`));
    expect(most).to.be.at.most(16);
    await Promise.all(replicas.map(({ close }) => close()));
    await bus.close();
  });

  async function replica(connect = broker().connect) {
    const app = (await startProcess(connect, new Mortal()))!;
    return { app, close: () => app.close() };
  }
});

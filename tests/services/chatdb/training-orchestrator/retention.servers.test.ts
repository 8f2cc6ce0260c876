import { expect } from "chai";
import { removeEnded } from "@chatdb/training-orchestrator/retention.ts";
import { sql } from "kysely";
import { eventually } from "../../support/eventually.ts";
import { idOf, orchestrators, request, says, type Orchestrator } from "./orchestrator.ts";
import { startServer } from "./postgresql.ts";

const day = 86_400_000;

describe("training-orchestrator: retention", () => {
  const { db, start } = orchestrators(startServer);
  const ids = async () => (await db().selectFrom("jobs").select("id").execute()).map(({ id }) => id);
  const age = (days: number, jobs: string[]) =>
    db()
      .updateTable("jobs")
      .set({ finished_at: new Date(Date.now() - days * day) })
      .where("id", "in", jobs)
      .execute();

  /** A job that has ended, so many days ago. */
  async function ended(one: Orchestrator, days: number, headers = {}): Promise<string> {
    const id = idOf(await one.post(request, headers));
    await eventually(() => expect(one.sent.map(({ job_id }) => job_id)).to.include(id));
    await one.tell({ ...says(id, 1, 1), kind: "failed", transient: false, error: "no such column" });
    await eventually(async () => expect((await one.get(id)).status).to.equal("failed"));
    await age(days, [id]);
    return id;
  }

  it("removes jobs that ended long ago with their histories, and no others", async () => {
    const one = await start({ concurrentJobs: 3 });
    const [old, recent] = [await ended(one, 91), await ended(one, 89)];
    const [waiting, running] = [idOf(await one.post()), idOf(await one.post())];
    // As a job has it that failed and was queued again.
    await age(200, [waiting, running]);
    expect(await removeEnded(db(), 90 * day)).to.equal(1);
    expect(await ids()).to.have.members([recent, waiting, running]);
    expect(await db().selectFrom("job_events").select("job_id").where("job_id", "=", old).execute()).to.deep.equal([]);
    expect((await one.call("GET", `/jobs/${old}`)).statusCode).to.equal(404);
    expect(await removeEnded(db(), 90 * day)).to.equal(0);
  });

  it("frees the idempotency key of a removed job", async () => {
    const one = await start();
    const headers = { "idempotency-key": "houses-1" };
    const old = await ended(one, 91, headers);
    expect(idOf(await one.post(request, headers))).to.equal(old);
    await removeEnded(db(), 90 * day);
    const other = await one.post({ ...request, model_name: "flats" }, headers);
    expect(other.statusCode).to.equal(202);
    expect(idOf(other)).to.not.equal(old);
  });

  it("accepts a job whose key is freed at that moment", async () => {
    const headers = { "idempotency-key": "houses-2" };
    const old = await ended(await start(), 91, headers);
    const insertions = new WeakSet<object>();
    let refusals = 0;
    // The old job goes between the statement that finds its key taken and the one that asks whose it is.
    const racing = db().withPlugin({
      transformQuery: ({ node, queryId }) => {
        if (node.kind === "RawNode" && node.sqlFragments.some((text) => text.includes("insert into jobs")))
          insertions.add(queryId);
        return node;
      },
      transformResult: async ({ result, queryId }) => {
        if (insertions.has(queryId) && result.rows.length === 0 && refusals++ === 0)
          await db().deleteFrom("jobs").where("id", "=", old).execute();
        return result;
      },
    });
    const answer = await (await start({ db: racing })).post(request, headers);
    expect(refusals).to.equal(1);
    expect(answer.statusCode).to.equal(202);
    expect(await ids()).to.deep.equal([idOf(answer)]);
  });

  it("removes in batches from the start of the service, unless jobs are kept for good", async () => {
    const one = await start();
    await ended(one, 91);
    await one.stop();
    await sql`insert into jobs (id, model_name, dataset_location, parameters, phase, status, finished_at)
      select gen_random_uuid(), model_name, dataset_location, parameters, phase, status, finished_at from jobs, generate_series(1, 450)`.execute(
      db(),
    );
    await (await start({ keepJobsMs: Infinity })).stop();
    expect(await ids()).to.have.lengthOf(451);
    await start();
    await eventually(async () => expect(await ids()).to.deep.equal([]));
  });

  it("skips a job that is being retried", async () => {
    const one = await start();
    const first = await ended(one, 92);
    await ended(one, 91);
    await db()
      .transaction()
      .execute(async (transaction) => {
        await transaction.selectFrom("jobs").select("id").where("id", "=", first).forUpdate().execute();
        expect(await removeEnded(db(), 90 * day)).to.equal(1);
        expect(await ids()).to.deep.equal([first]);
      });
    expect(await removeEnded(db(), 90 * day)).to.equal(1);
  });
});

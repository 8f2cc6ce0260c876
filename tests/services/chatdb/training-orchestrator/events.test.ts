import { expect } from "chai";
import { createServer } from "@platform/kit/server.ts";
import { addEventRoutes } from "@chatdb/training-orchestrator/event-routes.ts";
import { startFeed } from "@chatdb/training-orchestrator/job-feed.ts";
import { createJobStore } from "@chatdb/training-orchestrator/job-store.ts";
import { eventually } from "../../support/eventually.ts";
import { readEvents, readUntil, type Message } from "./event-reader.ts";
import { idOf, log, orchestrators, says, type Orchestrator } from "./orchestrator.ts";

describe("training-orchestrator: events of a job", () => {
  const { db, start } = orchestrators();
  const listen = ({ app }: Orchestrator) => app.listen({ host: "127.0.0.1", port: 0 });
  const kindsOf = (messages: Message[]) => messages.map(({ event }) => event).filter((kind) => kind !== undefined);
  const succeeded = (job_id: string) => ({
    ...says(job_id, 1, 4),
    kind: "succeeded" as const,
    model: { name: "house-prices", version: 1 },
    metrics: {},
  });

  it("streams the history as it grows, and ends with the job", async () => {
    const one = await start();
    const base = await listen(one);
    const job_id = idOf(await one.post());
    const messages = readEvents(`${base}/jobs/${job_id}/events`);
    expect(kindsOf(await readUntil(messages, ({ event }) => event === "sent"))).to.deep.equal(["queued", "sent"]);
    await one.tell({ ...says(job_id, 1, 1), kind: "started" });
    expect(await readUntil(messages, ({ event }) => event === "started")).to.deep.equal([
      {
        id: "3",
        event: "started",
        data: JSON.stringify({ number: 3, kind: "started", attempt: 1, at: says(job_id, 1, 1).at }),
      },
    ]);
    await one.tell(
      { ...says(job_id, 1, 2), kind: "progress", share: 0.5, step: "halfway" },
      { ...says(job_id, 1, 3), kind: "log", text: "two\nlines" },
      succeeded(job_id),
    );
    const rest = await readUntil(messages, ({ event }) => event === "end");
    expect(kindsOf(rest)).to.deep.equal(["progress", "log", "succeeded", "end"]);
    expect(JSON.parse(rest[0]!.data!)).to.include({ progress: 0.5, text: "halfway" });
    expect(JSON.parse(rest[1]!.data!)).to.include({ text: "two\nlines" });
    expect((await messages.next()).done).to.equal(true);
  });

  it("skips entries that the client has, by header or query, and answers JSON on request", async () => {
    const one = await start();
    const base = await listen(one);
    const job_id = idOf(await one.post());
    await eventually(() => expect(one.sent).to.have.lengthOf(1));
    await one.tell(succeeded(job_id));
    await eventually(async () => expect((await one.get(job_id)).status).to.equal("succeeded"));
    const address = `${base}/jobs/${job_id}/events`;
    const kinds = async (url: string, headers = {}) =>
      kindsOf(await readUntil(readEvents(url, { headers }), ({ event }) => event === "end"));
    expect(await kinds(address)).to.deep.equal(["queued", "sent", "succeeded", "end"]);
    expect(await kinds(address, { "last-event-id": "1" })).to.deep.equal(["sent", "succeeded", "end"]);
    expect(await kinds(`${address}?after=2`)).to.deep.equal(["succeeded", "end"]);
    expect(await kinds(address, { "last-event-id": "3" })).to.deep.equal(["end"]);
    expect((await one.history(job_id)).map(({ number, kind }) => `${number} ${kind}`)).to.deep.equal([
      "1 queued",
      "2 sent",
      "3 succeeded",
    ]);
    for (const [query, header] of [
      ["?after=-1", "1"],
      ["", "x"],
    ] as const)
      expect((await fetch(address + query, { headers: { "last-event-id": header } })).status).to.equal(400);
  });

  it("stores a redelivered line once, and only noticeable progress", async () => {
    const one = await start();
    const job_id = idOf(await one.post());
    const line = { ...says(job_id, 1, 2), kind: "log" as const, text: "read 100 rows" };
    const progress = [0.001, 0.002, 0.003, 0.011].map((share, n) => ({
      ...says(job_id, 1, 3 + n),
      kind: "progress" as const,
      share,
      step: "training",
    }));
    await one.tell(line, line, { ...line, text: "read 200 rows" }, ...progress, ...progress, line);
    await one.tell({ ...says(job_id, 1, 9), kind: "failed", error: "no", transient: false });
    await eventually(async () => expect((await one.get(job_id)).status).to.equal("failed"));
    const told = (await one.history(job_id))
      .filter(({ kind }) => kind === "log" || kind === "progress")
      .map(({ text, progress }) => progress ?? text);
    expect(told).to.deep.equal(["read 100 rows", "read 200 rows", 0.001, 0.011]);
  });

  it("sends comments while idle", async () => {
    const one = await start({ keepAliveMs: 20 });
    const base = await listen(one);
    const job_id = idOf(await one.post());
    const messages = readEvents(`${base}/jobs/${job_id}/events`);
    for (let i = 0; i < 3; i++) await readUntil(messages, ({ comment }) => comment === "still there");
    await one.cancel(job_id);
    await readUntil(messages, ({ event }) => event === "end");
  });

  it("streams changes by another replica", async () => {
    const [one, other] = [await start(), await start()];
    const base = await listen(other);
    const job_id = idOf(await one.post());
    const streams = Array.from({ length: 5 }, () => readEvents(`${base}/jobs/${job_id}/events`));
    for (const stream of streams) await readUntil(stream, ({ event }) => event === "sent");
    await one.tell(succeeded(job_id));
    for (const stream of streams) await readUntil(stream, ({ event }) => event === "end");
  });

  it("ends streams without the event end when the service stops", async () => {
    const one = await start({ keepAliveMs: 600_000 });
    const base = await listen(one);
    const messages = readEvents(`${base}/jobs/${idOf(await one.post())}/events`);
    await readUntil(messages, ({ event }) => event === "sent");
    await one.stop();
    const rest: Message[] = [];
    for await (const message of messages) rest.push(message);
    expect(rest).to.deep.equal([]);
  });

  it("stops listening when the client disconnects", async () => {
    const jobs = createJobStore(db());
    const feed = startFeed({ db: db(), onFailure: (error) => log.error(error), pollMs: 20 });
    let listening = 0;
    const counted = {
      ...feed,
      listen: (id: string) => {
        const listener = feed.listen(id);
        listening++;
        return { ...listener, close: () => (listening--, listener.close()) };
      },
    };
    const app = createServer({ name: "test", log });
    addEventRoutes(app, { jobs, feed: counted, keepAliveMs: 600_000 });
    const base = await app.listen({ host: "127.0.0.1", port: 0 });
    const { job_id } = await jobs.create({
      model_name: "m",
      dataset_location: "s3://datasets/d.csv",
      parameters: {},
      priority: "normal",
      timeout_s: 1,
      max_attempts: 1,
    });
    const client = new AbortController();
    const messages = readEvents(`${base}/jobs/${job_id}/events`, { signal: client.signal });
    await readUntil(messages, ({ event }) => event === "queued");
    expect(listening).to.equal(1);
    client.abort();
    await eventually(() => expect(listening).to.equal(0));
    await messages.next().catch(() => undefined);
    await app.close();
    await feed.stop();
  });
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import { expect } from "chai";
import { deadLetter, type DeadLetter } from "@platform/kit/dead-letters.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { openDatabase } from "@platform/kit/database.ts";
import { createDirectoryObjectStore } from "@platform/kit/directory-object-store.ts";
import { createKafkaEventBus } from "@platform/kit/kafka-event-bus.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createService as createEngine } from "@chatdb/ml-engine/service.ts";
import type { OrchestratorTables } from "@chatdb/training-orchestrator/tables.ts";
import { createService as createOrchestrator } from "@chatdb/training-orchestrator/service.ts";
import { eventually } from "../support/eventually.ts";
import { startKafka, type TestKafka } from "../support/kafka.ts";
import { startPglite } from "../support/pglite.ts";

const log = createLogger("test", "silent");
const nowhere = "http://127.0.0.1:1";

describe("dead letters of a broker's messages", function () {
  this.timeout(120_000);
  let broker: TestKafka;
  before(async function () {
    broker = await startKafka(this);
  });
  after(() => broker?.close());

  it("are all messages that no service can handle, once each, and later messages are handled", async () => {
    const connection = { bootstrapBrokers: [broker.bootstrap] };
    const admin = new Admin({ clientId: "test", ...connection });
    await admin.createTopics({ topics: Object.values(topics), partitions: 1, replicas: 1 });
    await admin.close();
    const producer = new Producer({ clientId: "test", ...connection, serializers: stringSerializers });
    const wrong = { job_id: "no id" };
    const bad = ["no JSON", JSON.stringify(wrong), `"${"x".repeat(900_000)}"`];
    for (const topic of [topics.trainingJobs, topics.trainingEvents])
      await producer.send({ messages: bad.map((value) => ({ topic, key: "k", value })) });
    await producer.close();

    const [database, folder] = [await startPglite(), await mkdtemp(join(tmpdir(), "dead-letters-"))];
    const bus = createKafkaEventBus({ clientId: "test", connection, log });
    const letters: DeadLetter[] = [];
    await bus.subscribe({
      group: "test",
      topics: [topics.trainingDeadLetters],
      handle: ({ value }) => Promise.resolve(void letters.push(deadLetter.parse(value))),
    });
    const orchestrator = await createOrchestrator({ db: openDatabase<OrchestratorTables>(database.pool), bus, log });
    const buckets = { datasetsBucket: "datasets", feedbackBucket: "feedback", checkpointsBucket: "checkpoints" };
    const engine = await createEngine({
      bus,
      objects: createDirectoryObjectStore(folder),
      ...buckets,
      modelRegistryUrl: nowhere,
      dbConnectorUrl: nowhere,
      log,
    });

    await eventually(() => expect(letters).to.have.length(6), 60_000);
    for (const topic of [topics.trainingJobs, topics.trainingEvents]) {
      const own = letters.filter(({ from }) => from === topic);
      expect(own.map(({ key, reason }) => `${key}: ${/^[^.]*/.exec(reason)![0]}`)).to.deep.equal([
        "k: Not JSON",
        ...Array<string>(2).fill(topic === topics.trainingJobs ? "k: Not a training job" : "k: Not a training event"),
      ]);
      expect(own.slice(0, 2).map(({ value }) => value)).to.deep.equal(["no JSON", wrong]);
      expect(own[2]!.value).to.match(/^x{100000}$/);
    }
    await Promise.all([orchestrator.close(), engine.close()]);
    await bus.close();
    await database.close();
    await rm(folder, { recursive: true });
  });
});

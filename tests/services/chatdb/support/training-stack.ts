import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { job, jobAccepted, type Job } from "@chatdb/contracts/jobs.ts";
import { modelVersionList } from "@chatdb/contracts/models.ts";
import { openDatabase } from "@platform/kit/database.ts";
import { createDirectoryObjectStore } from "@platform/kit/directory-object-store.ts";
import type { EventBus, IncomingEvent, OutgoingEvent, Subscription } from "@platform/kit/event-bus.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import { createService as createEngine, type Deps as EngineDeps } from "@chatdb/ml-engine/service.ts";
import { createService as createRegistry } from "@chatdb/model-registry/service.ts";
import type { RegistryTables } from "@chatdb/model-registry/tables.ts";
import { createService as createPredictions } from "@chatdb/prediction-service/service.ts";
import { createService as createOrchestrator } from "@chatdb/training-orchestrator/service.ts";
import type { OrchestratorTables } from "@chatdb/training-orchestrator/tables.ts";
import { eventually } from "../../support/eventually.ts";
import { startPglite } from "../../support/pglite.ts";

type Handle = (event: IncomingEvent) => Promise<void>;
type Publish = (topic: string, events: OutgoingEvent[]) => Promise<void>;

export type TrainingStack = Awaited<ReturnType<typeof startTrainingStack>>;

/**
 * Starts the four services of the training pipeline on PGlite, a directory and an in-memory bus, with switches for
 * failures.
 * @param dbConnectorUrl the db-connector for datasets from a query. Default: an address where nothing listens
 */
export async function startTrainingStack({ dbConnectorUrl = "http://127.0.0.1:1" } = {}) {
  const log = createLogger("test", "silent");
  const folder = await mkdtemp(join(tmpdir(), "training-"));
  const [registryDatabase, orchestratorDatabase] = await Promise.all([startPglite(), startPglite()]);
  const bus = createMemoryEventBus({ log });
  const objects = createDirectoryObjectStore(folder);

  const registry = await createRegistry({
    db: openDatabase<RegistryTables>(registryDatabase.pool),
    objects,
    buckets: { models: "models", datasets: "datasets" },
    log,
  });
  const faults = { registryAway: false, registrationsUnanswered: false };
  const registryCalls: string[] = [];
  registry.addHook("onRequest", async (request, reply) => {
    registryCalls.push(`${request.method} ${request.url}`);
    if (faults.registryAway) await reply.code(503).send({ title: "away" });
  });
  registry.addHook("onSend", (request, reply, payload, done) => {
    if (faults.registrationsUnanswered && request.method === "POST") reply.code(503);
    done(null, payload);
  });
  const modelRegistryUrl = await registry.listen({ host: "127.0.0.1", port: 0 });
  const orchestrator = await createOrchestrator({
    db: openDatabase<OrchestratorTables>(orchestratorDatabase.pool),
    bus,
    log,
  });
  const predictions = await createPredictions({ modelRegistryUrl, referenceTtlMs: 50, log });

  const engines = new Set<FastifyInstance>();
  const joinGroup = createMembership(bus);
  /** Starts an engine. Closing it leaves its events to the other engines. */
  const startEngine = async ({
    publish,
    ...other
  }: { publish?: Publish } & Partial<Pick<EngineDeps, "objects" | "webDatasets">> = {}) => {
    const { subscribe, leave } = joinGroup();
    const engineBus = {
      ...bus,
      publish: publish ?? ((topic, events) => bus.publish(topic, events)),
      subscribe,
    } satisfies EventBus;
    const engine = await createEngine({
      bus: engineBus,
      objects,
      datasetsBucket: "datasets",
      feedbackBucket: "feedback",
      checkpointsBucket: "checkpoints",
      modelRegistryUrl,
      dbConnectorUrl,
      log,
      ...other,
    });
    engine.addHook("onClose", (_engine, done) => {
      leave();
      engines.delete(engine);
      done();
    });
    engines.add(engine);
    return engine;
  };

  return {
    bus,
    objects,
    /** The folder of the object store. */
    folder,
    modelRegistryUrl,
    faults,
    registryCalls,
    startEngine,
    upload: (name: string, csv: string) =>
      registry.inject({
        method: "PUT",
        url: `/datasets/${name}`,
        headers: { "content-type": "text/csv" },
        payload: csv,
      }),
    submit: async (request: object) =>
      jobAccepted.parse((await orchestrator.inject({ method: "POST", url: "/jobs", payload: request })).json()).job_id,
    jobOf: async (id: string): Promise<Job> => job.parse((await orchestrator.inject({ url: `/jobs/${id}` })).json()),
    /** Waits for a job's end. Default timeout: 10 s. */
    ended(id: string, timeoutMs = 10_000): Promise<Job> {
      return eventually(async () => {
        const found = await this.jobOf(id);
        if (found.finished_at === undefined) throw new Error(`Job ${id} is ${found.status}.`);
        return found;
      }, timeoutMs);
    },
    versionsOf: async (name: string) =>
      modelVersionList.parse((await registry.inject({ url: `/models/${name}` })).json()).versions,
    predict: (body: object) => predictions.inject({ method: "POST", url: "/predict", payload: body }),
    predictions,
    async close() {
      await Promise.all([orchestrator, predictions, ...engines].map((app) => app.close()));
      await bus.close();
      await registry.close();
      await Promise.all([registryDatabase.close(), orchestratorDatabase.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * Adds members that leave to the in-memory bus: each group's events go to the member that joined last, as after a
 * rebalance.
 */
function createMembership(bus: EventBus) {
  const groups = new Map<string, Handle[]>();
  return () => {
    const own: [string, Handle][] = [];
    return {
      subscribe: async (subscription: Subscription) => {
        const { group } = subscription;
        const handle: Handle = (event) => subscription.handle(event);
        own.push([group, handle]);
        const members = groups.get(group);
        if (members) return void members.push(handle);
        groups.set(group, [handle]);
        await bus.subscribe({
          ...subscription,
          handle: (event) => groups.get(group)!.at(-1)?.(event) ?? Promise.reject(new Error("no member")),
        });
      },
      leave: () =>
        own.forEach(([group, handle]) =>
          groups.set(
            group,
            groups.get(group)!.filter((other) => other !== handle),
          ),
        ),
    };
  };
}

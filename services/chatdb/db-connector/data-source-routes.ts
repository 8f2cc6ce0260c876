import {
  changedDataSource,
  dataSource,
  dataSourceList,
  dataSourceTest,
  newDataSource,
} from "@chatdb/contracts/data-sources.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Connector } from "./connector.ts";
import { defaultPorts } from "./data-source-settings.ts";
import { toPublic, type AddedSourceOptions, type DataSources } from "./data-sources.ts";

const named = z.object({ name: z.string() });
const nothing = z.null().describe("Done.");

/** Adds the routes that list, test, add, change and remove data sources. */
export function addDataSourceRoutes(app: App, connector: Connector, added: AddedSourceOptions | undefined): void {
  const { sources } = connector;
  addChangeRoutes(app, sources, added);

  app.get(
    "/datasources",
    { schema: { summary: "The data sources, without their secrets", response: { 200: dataSourceList } } },
    async () => ({ datasources: await sources.list() }),
  );

  app.get(
    "/datasources/:name",
    { schema: { summary: "One data source, without its secrets", params: named, response: { 200: dataSource } } },
    async ({ params: { name } }) => {
      const found = (await sources.list()).find((each) => each.name === name);
      // Throws the error that lists the existing data sources.
      if (!found) await sources.find(name);
      return found!;
    },
  );

  app.post(
    "/datasources/:name/test",
    { schema: { summary: "Try to connect", params: named, response: { 200: dataSourceTest } } },
    async ({ params: { name } }) => {
      const started = performance.now();
      const took = () => performance.now() - started;
      try {
        return { ok: true, server: await connector.ping(name), took_ms: took() };
      } catch (error) {
        if (!(error instanceof Problem) || error.status === 404) throw error;
        return { ok: false, reason: error.message, took_ms: took() };
      }
    },
  );
}

/** Adds the routes that change data sources. */
function addChangeRoutes(app: App, sources: DataSources, options: AddedSourceOptions | undefined): void {
  const { changeable, missing, logChange } = changes(sources, options);
  app.post(
    "/datasources",
    { schema: { summary: "Add a data source", body: newDataSource, response: { 201: dataSource } } },
    async (request, reply) => {
      const { store, addresses } = changeable(request.body.name);
      await addresses.check(request.body.host, request.body.port ?? defaultPorts[request.body.dialect]);
      const added = await store.add(request.body);
      logChange(request, "added a data source", added.name);
      return reply.code(201).header("location", `/datasources/${added.name}`).send(toPublic(added));
    },
  );

  app.put(
    "/datasources/:name",
    {
      schema: {
        summary: "Change a data source that was added",
        params: named,
        body: changedDataSource,
        response: { 200: dataSource },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { store, addresses } = changeable(name);
      await addresses.check(request.body.host, request.body.port ?? defaultPorts[request.body.dialect]);
      const changed = await store.change(name, request.body);
      if (!changed) return await missing(name);
      logChange(request, "changed a data source", name);
      return toPublic(changed);
    },
  );

  app.delete(
    "/datasources/:name",
    { schema: { summary: "Remove a data source that was added", params: named, response: { 204: nothing } } },
    async (request, reply) => {
      const { name } = request.params;
      if (!(await changeable(name).store.remove(name))) return await missing(name);
      logChange(request, "removed a data source", name);
      return reply.code(204).send(null);
    },
  );
}

/** What every change of a data source needs: the right to make it, and what follows from it. */
function changes(sources: DataSources, options: AddedSourceOptions | undefined) {
  return { changeable, missing, logChange };

  function changeable(name: string): AddedSourceOptions {
    if (sources.isConfigured(name))
      throw new Problem(
        chatdbProblems.dataSourceConfigured,
        `The data source "${name}" is one of the configuration: it is changed there.`,
      );
    if (!options)
      throw new Problem(
        chatdbProblems.dataSourcesNotKept,
        "This connector keeps no data sources: it has no database for them.",
      );
    return options;
  }

  async function missing(name: string): Promise<never> {
    sources.invalidate();
    await sources.find(name);
    throw new Problem(
      chatdbProblems.dataSourceChanged,
      `The data source "${name}" was changed by somebody else in this moment. Try again.`,
    );
  }

  function logChange(request: FastifyRequest, message: string, datasource: string): void {
    sources.invalidate();
    request.log.info({ datasource, user: request.headers["x-chatdb-user"] }, message);
  }
}

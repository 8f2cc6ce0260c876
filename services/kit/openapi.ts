import { fastifySwagger, type FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import type { App } from "./server.ts";

/** Serves /openapi.json, made from the schemas of the routes. A route with `schema: { hide: true }` is left out. */
export function describeApi(app: App, name: string, description = ""): void {
  const options: FastifyDynamicSwaggerOptions = {
    openapi: { openapi: "3.1.0", info: { title: name, description, version: "0.1.0" } },
    transform: jsonSchemaTransform,
  };
  // Called, not registered: a registered plugin loads later and would miss the routes added until then.
  fastifySwagger(app, options, (error) => {
    if (error) throw error;
  });
  app.get("/openapi.json", { schema: { hide: true } }, (_request, reply) => reply.send(app.swagger()));
}

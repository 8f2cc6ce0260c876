import { fastifySwagger, type FastifyDynamicSwaggerOptions, type SwaggerTransformObject } from "@fastify/swagger";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { problemMediaType } from "./problem.ts";
import type { App } from "./app.ts";

/** Serves /openapi.json, made from the schemas of the routes. A route with `schema: { hide: true }` is left out. */
export function describeApi(app: App, name: string, description = ""): void {
  const options: FastifyDynamicSwaggerOptions = {
    openapi: { openapi: "3.1.0", info: { title: name, description, version: "0.1.0" } },
    transform: jsonSchemaTransform,
    transformObject: describeProblems,
  };
  // Called, not registered: a registered plugin loads later and would miss the routes added until then.
  fastifySwagger(app, options, (error) => {
    if (error) throw error;
  });
  app.get("/openapi.json", { schema: { hide: true } }, (_request, reply) => reply.send(app.swagger()));
}

const problemResponse = {
  description: "A problem (RFC 9457). Programs compare its type.",
  content: {
    [problemMediaType]: {
      schema: {
        type: "object",
        required: ["type", "title", "status", "detail"],
        properties: {
          type: { type: "string", format: "uri", description: "Stable: urn:problem-type:SYSTEM:NAME" },
          title: { type: "string", description: "The same for each problem of the type" },
          status: { type: "integer" },
          detail: { type: "string", description: "What was wrong and what to do, for people" },
          instance: { type: "string", description: "The path of the request" },
          requestId: { type: "string", description: "Finds the request in the logs" },
        },
      },
    },
  },
};

/** Adds the form of errors to each operation as its default response. */
const describeProblems: SwaggerTransformObject = (document) => {
  if (!("openapiObject" in document)) return document.swaggerObject;
  const { openapiObject } = document;
  for (const operations of Object.values(openapiObject.paths ?? {}))
    for (const operation of Object.values(operations ?? {}))
      if (typeof operation === "object" && "responses" in operation)
        operation.responses = { ...operation.responses, default: { $ref: "#/components/responses/Problem" } };
  return {
    ...openapiObject,
    components: { ...openapiObject.components, responses: { Problem: problemResponse } },
  } as typeof openapiObject;
};

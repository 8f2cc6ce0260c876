import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { isUnavailable } from "./transient-errors.ts";
import { Problem, problemMediaType } from "./problem.ts";
import type { ProblemType } from "./problem-type.ts";
import { platformProblems } from "./problem-types.ts";
import type { App } from "./app.ts";

/** Answers every error and every unknown route as application/problem+json. */
export function answerErrors(app: App): void {
  app.setErrorHandler<FastifyError>(answerError);
  app.setNotFoundHandler((request, reply) => {
    send(
      new Problem(platformProblems.routeNotFound, `There is no ${request.method} ${pathOf(request)} here.`),
      request,
      reply,
    );
  });
}

/** Answers one error. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  if (problem.status >= 500) request.log.error({ err: error }, "failed");
  send(problem, request, reply);
}

function problemOf(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message = "is not valid" }) => ({
      path: [error.validationContext, ...instancePath.split("/")].filter(Boolean).join("."),
      message,
    }));
    const all = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
    return new Problem(platformProblems.invalidRequest, `The request is not valid. ${all}`, { errors });
  }
  // Fastify's own errors: wrong media type, size or JSON.
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new Problem(frameworkType(error.statusCode), error.message);
  if (isUnavailable(error))
    return new Problem(
      platformProblems.unavailable,
      "Something that this service needs is unavailable for the moment. Try again.",
      {},
      { cause: error },
    );
  return new Problem(
    platformProblems.internalError,
    "The service failed. Its log has the reason under this request's id.",
  );
}

const frameworkTypes = [
  platformProblems.payloadTooLarge,
  platformProblems.uriTooLong,
  platformProblems.unsupportedMediaType,
  platformProblems.rateLimited,
];

function frameworkType(status: number): ProblemType {
  return frameworkTypes.find((type) => type.status === status) ?? { ...platformProblems.invalidRequest, status };
}

function send(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const body = problem.body({ instance: pathOf(request), requestId: request.id });
  // Bypasses the route's response schema, which describes its answers, not its errors.
  if (problem.status === 503) void reply.header("retry-after", "1");
  void reply.code(problem.status).type(problemMediaType).serializer(JSON.stringify).send(body);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0] ?? request.url;
}

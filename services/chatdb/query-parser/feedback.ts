import { feedback, type QueryFeedback } from "@chatdb/contracts/feedback.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { userHeader } from "@chatdb/contracts/common.ts";
import type { EventBus } from "@platform/kit/event-bus.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import { parsePlan } from "@chatdb/question-engine/parse.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import type { Schemas } from "./schemas.ts";

/**
 * Adds `POST /feedback`, which takes people's verdicts on answers. It answers after the bus has accepted the verdict,
 * so that none is lost unnoticed.
 */
export function registerFeedbackRoute(app: App, schemas: Schemas, bus: EventBus): void {
  app.post(
    "/feedback",
    { schema: { summary: "Say whether an answer was right", body: feedback } },
    async ({ body, headers }, reply) => {
      const index = await schemas.get(body.datasource);
      const problems = Object.entries({ plan: body.plan, correction: body.correction }).flatMap(([name, plan]) => {
        try {
          if (plan !== undefined) parsePlan(plan, index);
          return [];
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return [`${name}: ${error.message}`];
        }
      });
      if (problems.length > 0) throw new Problem(chatdbProblems.planInvalid, problems.join(" "));
      const user = headers[userHeader];
      const value: QueryFeedback = {
        ...body,
        at: new Date().toISOString(),
        ...(typeof user === "string" ? { user } : {}),
      };
      await bus.publish(topics.queryFeedback, [{ key: body.datasource, value }]).catch((cause: unknown) => {
        throw new Problem(
          platformProblems.unavailable,
          "The feedback could not be kept. Try again in a moment.",
          {},
          { cause },
        );
      });
      return reply.code(204).send();
    },
  );
}

import type { Logger } from "@platform/kit/log.ts";
import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleType,
  isBrokenCircuitError,
  isBulkheadRejectedError,
} from "cockatiel";
import { Histogram, type Registry } from "prom-client";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { Chat } from "./chat.ts";
import { ModelFailure, type FailureReason } from "./failure.ts";
import type { LanguageModelOptions } from "./options.ts";
import { readAnswer } from "./plan-answer.ts";
import { promptFor, repairOf, type Asked } from "./prompt.ts";

/** When a model that fails is left alone, and for how long. */
export interface Rest {
  /** Failures in a row. */
  after: number;
  /** Milliseconds; then one question tries it again. */
  forMs: number;
}

/** What became of a question to a model. */
type Outcome =
  /** A plan, at once or after its one correction. */
  | "planned"
  | "corrected"
  /** It says that the question has none. */
  | "declined"
  /** A plan that does not fit, twice. */
  | "unfit"
  /** Not asked: it rests after failures, or has enough to do. */
  | "resting"
  | "busy"
  /** The person who asked has gone. */
  | "abandoned"
  | FailureReason;

/** The plans of a language model. A model that fails costs an answer, never the question. */
export class LanguageModel {
  readonly suggestOnly: boolean;
  readonly #chat: Chat;
  readonly #samples: boolean;
  readonly #timeoutMs: number;
  readonly #limit;
  readonly #circuit;
  readonly #log: Logger;
  readonly #duration: Histogram<"outcome">;

  constructor(
    options: LanguageModelOptions,
    registry: Registry,
    log: Logger,
    { after, forMs }: Rest = { after: 3, forMs: 30_000 },
  ) {
    this.suggestOnly = options.suggestOnly ?? false;
    this.#chat = new Chat(options);
    this.#samples = options.samples ?? true;
    this.#timeoutMs = options.timeoutMs ?? 8000;
    this.#limit = bulkhead(options.concurrency ?? 4);
    this.#circuit = circuitBreaker(handleType(ModelFailure), {
      breaker: new ConsecutiveBreaker(after),
      halfOpenAfter: forMs,
    });
    this.#circuit.onBreak(() => log.warn({ forMs }, "the language model is left alone for a while"));
    this.#circuit.onReset(() => log.info("the language model answers again"));
    this.#log = log;
    this.#duration = new Histogram({
      name: "language_model_question_duration_seconds",
      help: "Time that questions waited for the language model, by what became of them.",
      labelNames: ["outcome"] as const,
      buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
      registers: [registry],
    });
  }

  close(): Promise<void> {
    return this.#chat.close();
  }

  /**
   * The plan that the model makes of a question; it fits the schema. Undefined where it makes none, for whatever reason.
   * @param gone aborts when nobody waits for the answer any longer
   * @throws the reason of `gone`
   */
  async planFor(asked: Asked, gone: AbortSignal): Promise<QueryPlan | undefined> {
    const started = performance.now();
    const { outcome, plan } = await this.#guarded(asked, gone);
    const ms = performance.now() - started;
    this.#duration.observe({ outcome }, ms / 1000);
    this.#log.debug({ outcome, ms: Math.round(ms) }, "asked the language model");
    gone.throwIfAborted();
    return plan;
  }

  async #guarded(asked: Asked, gone: AbortSignal): Promise<{ outcome: Outcome; plan?: QueryPlan | undefined }> {
    // While one question tries a model that failed, the others do not wait to see how that goes.
    if (this.#circuit.state === CircuitState.HalfOpen) return { outcome: "resting" };
    try {
      return await this.#limit.execute(() => this.#circuit.execute(() => this.#converse(asked, gone)));
    } catch (error) {
      if (isBulkheadRejectedError(error)) return { outcome: "busy" };
      if (isBrokenCircuitError(error)) return { outcome: "resting" };
      if (gone.aborted) return { outcome: "abandoned" };
      if (!(error instanceof ModelFailure)) throw error;
      this.#log.warn({ err: error, reason: error.reason }, `the language model gave no answer: ${error.message}`);
      return { outcome: error.reason };
    }
  }

  async #converse(asked: Asked, gone: AbortSignal): Promise<{ outcome: Outcome; plan?: QueryPlan | undefined }> {
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    const signal = AbortSignal.any([gone, deadline]);
    const prompt = promptFor(asked, { samples: this.#samples });
    try {
      const first = await this.#chat.next(prompt, signal);
      const read = readAnswer(first, asked.index);
      if (!("problem" in read)) return { ...read, outcome: read.plan ? "planned" : "declined" };
      const second = readAnswer(
        await this.#chat.next([...prompt, ...repairOf(first, read.problem)], signal),
        asked.index,
      );
      if ("problem" in second) return { outcome: "unfit" };
      return { ...second, outcome: second.plan ? "corrected" : "declined" };
    } catch (error) {
      if (deadline.aborted && !gone.aborted) throw new ModelFailure("late", `it took more than ${this.#timeoutMs} ms`);
      throw error;
    }
  }
}

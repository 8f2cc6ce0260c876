import type { Readable } from "node:stream";
import { parseJson } from "@platform/kit/json.ts";
import { createHttpClient, type HttpClient } from "@platform/kit/http/http-client.ts";
import { z } from "zod";
import { ModelFailure, type FailureReason } from "./failure.ts";
import { answerSchema } from "./plan-answer.ts";
import type { LanguageModelOptions } from "./options.ts";

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

/** The maximum size of an answer in bytes; a plan takes a few thousand. */
const maxAnswerBytes = 256 * 1024;

/**
 * Request forms for JSON, the strictest first, because servers support different ones, and some models accept no
 * temperature.
 */
const shapes = [
  { temperature: 0, response_format: { type: "json_schema", json_schema: { name: "plan", schema: answerSchema } } },
  { response_format: { type: "json_schema", json_schema: { name: "plan", schema: answerSchema } } },
  { response_format: { type: "json_object" } },
  {},
];

/** Statuses with which a server refuses a field that it does not know. */
const unsupportedStatuses = new Set([400, 422, 501]);

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
});

/**
 * A client of the chat API: https://platform.openai.com/docs/api-reference/chat/create. It does not follow redirects.
 */
export class Chat {
  readonly #http: HttpClient;
  readonly #model: string;
  readonly #headers: Record<string, string>;
  /** The index of the strictest shape that the server has not refused. */
  #shape = 0;

  constructor({ baseUrl, model, key }: Pick<LanguageModelOptions, "baseUrl" | "model" | "key">) {
    this.#http = createHttpClient(baseUrl);
    this.#model = model;
    this.#headers = {
      "content-type": "application/json",
      accept: "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    };
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /**
   * Sends the messages and returns the model's answer.
   * @throws ModelFailure if there is no answer
   * @throws the signal's reason
   */
  async next(messages: readonly Message[], signal: AbortSignal): Promise<string> {
    for (let shape = this.#shape; ; shape++) {
      const { status, body } = await this.#send({ model: this.#model, messages, ...shapes[shape] }, signal);
      if (unsupportedStatuses.has(status) && shape + 1 < shapes.length) {
        discard(body);
        continue;
      }
      if (status !== 200) {
        // The body may repeat the question or a part of the key, so it is not logged.
        discard(body);
        throw new ModelFailure(reasons.get(status) ?? "failed", `it answered with the status ${status}`);
      }
      const content = contentOf(await readLimited(body, signal));
      this.#shape = shape;
      return content;
    }
  }

  async #send(body: object, signal: AbortSignal) {
    try {
      // The signal limits the whole time, including the wait for the headers.
      return await this.#http.request("/chat/completions", {
        method: "POST",
        headers: this.#headers,
        body: JSON.stringify(body),
        signal,
        timeoutMs: 600_000,
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw new ModelFailure("unreachable", "it cannot be reached", { cause });
    }
  }
}

const reasons = new Map<number, FailureReason>([
  [401, "refused"],
  [403, "refused"],
  [429, "limited"],
]);

function contentOf(text: string): string {
  const read = completion.safeParse(parseJson(text));
  if (!read.success) throw new ModelFailure("unintelligible", "it answered something that is no completion");
  return read.data.choices[0]!.message.content ?? "";
}

/** Discards an unread body without an unhandled error. */
function discard(body: Readable): void {
  body.on("error", () => undefined).destroy();
}

async function readLimited(body: Readable, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes)
        throw new ModelFailure("unintelligible", `its answer is longer than ${maxAnswerBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof ModelFailure ? cause : new ModelFailure("unreachable", "the connection broke", { cause });
  }
  return Buffer.concat(chunks).toString("utf8");
}

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

/** The longest answer that is read, in bytes: plans have some thousand. */
const maxAnswerBytes = 256 * 1024;

/** Ways to ask for JSON, the strictest first. Not every server knows each, and some models take no temperature. */
const shapes = [
  { temperature: 0, response_format: { type: "json_schema", json_schema: { name: "plan", schema: answerSchema } } },
  { response_format: { type: "json_schema", json_schema: { name: "plan", schema: answerSchema } } },
  { response_format: { type: "json_object" } },
  {},
];

/** What a server says to a field that it does not know. */
const notUnderstood = new Set([400, 422, 501]);

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
});

/** A conversation with a model: https://platform.openai.com/docs/api-reference/chat/create. Redirects are not followed. */
export class Chat {
  readonly #http: HttpClient;
  readonly #model: string;
  readonly #headers: Record<string, string>;
  /** The first of the shapes that the server is not known to refuse. */
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
   * What the model says next.
   * @throws ModelFailure where it says nothing
   * @throws the signal's reason
   */
  async next(messages: readonly Message[], signal: AbortSignal): Promise<string> {
    for (let shape = this.#shape; ; shape++) {
      const { status, body } = await this.#send({ model: this.#model, messages, ...shapes[shape] }, signal);
      if (notUnderstood.has(status) && shape + 1 < shapes.length) {
        discard(body);
        continue;
      }
      if (status !== 200) {
        // What it says may repeat the question, or a part of the key.
        discard(body);
        throw new ModelFailure(reasons.get(status) ?? "failed", `it answered with the status ${status}`);
      }
      const content = contentOf(await limited(body, signal));
      this.#shape = shape;
      return content;
    }
  }

  async #send(body: object, signal: AbortSignal) {
    try {
      // The signal is the limit of time, also for the head of the answer.
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

/** Ends an answer that nobody reads, without the error that its end would be to a reader. */
function discard(body: Readable): void {
  body.on("error", () => undefined).destroy();
}

async function limited(body: Readable, signal: AbortSignal): Promise<string> {
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

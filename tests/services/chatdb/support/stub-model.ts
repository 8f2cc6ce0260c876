import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: {
    model: string;
    messages: { role: string; content: string }[];
    temperature?: number;
    response_format?: { type: string };
  };
}

/** The way in which the stub handles a request. */
export type Behaviour = (response: ServerResponse, request: Received) => void;

/** Returns the body of a completion: https://platform.openai.com/docs/api-reference/chat/object */
export const completion = (content: string | null) =>
  JSON.stringify({
    id: "1",
    object: "chat.completion",
    created: 0,
    model: "stub",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
  });

/** Answers with this text, or with an object as JSON. */
export const says =
  (answer: string | object | null): Behaviour =>
  (response) =>
    response
      .setHeader("content-type", "application/json")
      .end(completion(typeof answer === "object" && answer !== null ? JSON.stringify(answer) : answer));

/** Answers with a status. */
export const answers =
  (status: number, body = "", headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);

export type StubModel = Awaited<ReturnType<typeof startStubModel>>;

/** Starts a chat API whose behaviour the test sets. */
export async function startStubModel() {
  const received: Received[] = [];
  /** `abandoned` counts requests whose connection ended before they were answered. */
  const stub = { behaviour: says({ plan: null }), abandoned: 0 };
  const server = createServer((request, response) => {
    response.once("close", () => (stub.abandoned += response.writableFinished ? 0 : 1));
    void text(request).then((body) => {
      const one: Received = {
        path: request.url!,
        headers: request.headers,
        body: JSON.parse(body) as Received["body"],
      };
      received.push(one);
      stub.behaviour(response, one);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    received,
    get abandoned() {
      return stub.abandoned;
    },
    /** Sets the behaviours for the next requests; the last one repeats. */
    does(...behaviours: Behaviour[]) {
      received.length = 0;
      stub.abandoned = 0;
      stub.behaviour = (response, request) =>
        (behaviours.length > 1 ? behaviours.shift() : behaviours[0])!(response, request);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

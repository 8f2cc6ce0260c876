import { Readable } from "node:stream";
import type { App } from "@platform/kit/server.ts";
import type { FastifyReply } from "fastify";

/**
 * Makes what sends the answers of upstreams. One that is a stream of events ends with what it tells of, which may be in hours:
 * a gateway that closes does not wait for that but ends the stream, and the client comes again, to another one.
 */
export function answerSender(app: App): (reply: FastifyReply, body: Readable) => void {
  const closing = new AbortController();
  app.addHook("preClose", (done) => {
    closing.abort();
    done();
  });
  return (reply, body) => {
    const isEvents = String(reply.getHeader("content-type")).startsWith("text/event-stream");
    void reply.send(isEvents ? Readable.from(until(closing.signal, body), { objectMode: false }) : body);
  };
}

async function* until(signal: AbortSignal, body: Readable): AsyncGenerator<Buffer> {
  const end = () => void body.destroy();
  signal.addEventListener("abort", end);
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

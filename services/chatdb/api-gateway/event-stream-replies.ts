import { Readable } from "node:stream";
import type { App } from "@platform/kit/app.ts";
import type { FastifyReply } from "fastify";

/**
 * Creates the function that sends the replies of upstreams. A closing gateway ends event streams, which may last for
 * hours, instead of waiting for them; their clients reconnect to another replica.
 */
export function createReplySender(app: App): (reply: FastifyReply, body: Readable) => void {
  const closing = new AbortController();
  app.addHook("preClose", (done) => {
    closing.abort();
    done();
  });
  return (reply, body) => {
    const isEvents = String(reply.getHeader("content-type")).startsWith("text/event-stream");
    void reply.send(isEvents ? Readable.from(readUntilAborted(closing.signal, body), { objectMode: false }) : body);
  };
}

async function* readUntilAborted(signal: AbortSignal, body: Readable): AsyncGenerator<Buffer> {
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

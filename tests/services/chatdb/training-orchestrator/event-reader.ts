import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/** A server-sent event, or a comment. */
export interface Message {
  id?: string;
  event?: string;
  data?: string;
  comment?: string;
  retry?: string;
}

/** Reads server-sent events as they come; ends with the answer. */
export async function* readEvents(address: string, init: RequestInit = {}): AsyncGenerator<Message> {
  const answer = await fetch(address, { ...init, headers: { accept: "text/event-stream", ...init.headers } });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`);
  let message: Message = {};
  for await (const line of createInterface(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]))) {
    const [, name, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) message[(name || "comment") as keyof Message] = value!;
    else if (line === "") {
      yield message;
      message = {};
    }
  }
}

/** Those that come until one matches, and that one. */
export async function readUntil(
  messages: AsyncGenerator<Message>,
  matches: (message: Message) => boolean,
): Promise<Message[]> {
  const read: Message[] = [];
  for (;;) {
    const next = await messages.next();
    if (next.done === true) throw new Error(`The stream ended: ${JSON.stringify(read)}`);
    read.push(next.value);
    if (matches(next.value)) return read;
  }
}

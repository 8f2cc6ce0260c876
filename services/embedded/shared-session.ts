import { PGlite, type ExecProtocolOptionsStream } from "@electric-sql/pglite";

/** First bytes of the messages that a client ends with Sync: Parse, Bind, Describe, Execute, Close, Flush. */
const untilSync = new Set(Buffer.from("PBDECH"));

/**
 * A PGlite whose session several connections can share. PGLiteSocketServer takes the messages of all connections in turn,
 * except that it stays with one while that is in a transaction. But a query with parameters is several messages too, and they
 * use the session's one unnamed statement: between them, another connection would replace it, and get or lose rows that are
 * not its own. So such a query counts as a transaction, from its first message to its Sync.
 */
export class SharedSession extends PGlite {
  #betweenMessages = false;

  override isInTransaction(): boolean {
    return this.#betweenMessages || super.isInTransaction();
  }

  override async execProtocolRawStream(message: Uint8Array, options: ExecProtocolOptionsStream): Promise<void> {
    this.#betweenMessages = untilSync.has(message[0]!);
    await super.execProtocolRawStream(message, options);
  }

  /** The server rolls back what a lost connection left unfinished. */
  override exec(...args: Parameters<PGlite["exec"]>): ReturnType<PGlite["exec"]> {
    this.#betweenMessages = false;
    return super.exec(...args);
  }
}

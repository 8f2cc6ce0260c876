import { PGlite, type ExecProtocolOptionsStream } from "@electric-sql/pglite";

/** First bytes of messages that precede a Sync: Parse, Bind, Describe, Execute, Close, Flush. */
const untilSync = new Set(Buffer.from("PBDECH"));

/**
 * A PGlite whose session several connections can share. PGLiteSocketServer handles the messages of all connections in
 * turn and stays with one only during its transaction. A query with parameters, however, is several messages that use
 * the session's unnamed statement; another connection could replace it between them and get rows that are not its own.
 * So such a query counts as a transaction from its first message to its Sync.
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

import { createLogger } from "@platform/kit/log.ts";
import { isUnavailable } from "@platform/kit/transient-errors.ts";
import { whenUsable } from "@platform/provisioner/when-usable.ts";
import { expect } from "chai";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { freePort } from "../support/free-port.ts";

const log = createLogger("test", "silent");

async function reach(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}

const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "",
    (error: Error) => error.message,
  );

describe("provisioner with a server that is not usable yet", () => {
  it("retries until it answers", async () => {
    const port = await freePort();
    const server = createServer();
    let attempts = 0;
    await whenUsable(
      () => {
        attempts += 1;
        if (attempts === 3) server.listen(port, "127.0.0.1");
        return reach(port);
      },
      { what: "it", log, pauseMs: 10 },
    );
    expect(attempts).to.be.greaterThan(2);
    server.close();
  });

  it("fails after the limit with the server's name and the last failure", async () => {
    const port = await freePort();
    const message = await failure(
      whenUsable(() => reach(port), { what: "PostgreSQL at db", log, limitMs: 50, pauseMs: 10 }),
    );
    expect(message).to.match(/^PostgreSQL at db could not be used within 0\.05 s: connect ECONNREFUSED/);
  });

  it("does not retry after a permanent failure", async () => {
    let attempts = 0;
    const message = await failure(
      whenUsable(() => Promise.reject(new Error(`wrong password ${(attempts += 1)}`)), { what: "it", log }),
    );
    expect(message).to.equal("wrong password 1");
  });

  it("recognizes a network failure inside another error", async () => {
    const error: unknown = await fetch(`http://127.0.0.1:${await freePort()}`).catch((reason: unknown) => reason);
    expect(isUnavailable(error)).to.be.true;
    expect(isUnavailable(new AggregateError([error]))).to.be.true;
    expect(isUnavailable(new Error("no"))).to.be.false;
  });
});

import { createLogger } from "@platform/kit/log.ts";
import { isNetworkFailure, retry } from "@platform/provisioner/retry.ts";
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

describe("provisioner retry", () => {
  it("goes on until the other side is there", async () => {
    const port = await freePort();
    const server = createServer();
    let attempts = 0;
    await retry(
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

  it("gives up after the limit, saying what could not be used and why", async () => {
    const port = await freePort();
    const message = await failure(
      retry(() => reach(port), { what: "PostgreSQL at db", log, limitMs: 50, pauseMs: 10 }),
    );
    expect(message).to.match(/^PostgreSQL at db could not be used within 0\.05 s: connect ECONNREFUSED/);
  });

  it("does not repeat what time does not heal", async () => {
    let attempts = 0;
    const message = await failure(
      retry(() => Promise.reject(new Error(`wrong password ${(attempts += 1)}`)), { what: "it", log }),
    );
    expect(message).to.equal("wrong password 1");
  });

  it("recognises a failure of the network inside of another error", async () => {
    const error: unknown = await fetch(`http://127.0.0.1:${await freePort()}`).catch((reason: unknown) => reason);
    expect(isNetworkFailure(error)).to.be.true;
    expect(isNetworkFailure(new AggregateError([error]))).to.be.true;
    expect(isNetworkFailure(new Error("no"))).to.be.false;
  });
});

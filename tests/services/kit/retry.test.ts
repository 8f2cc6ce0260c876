import { pauseAfter, retry } from "@platform/kit/retry.ts";
import { expect } from "chai";

describe("retry", () => {
  const refused = () => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  /** Fails this many times, then returns the number of calls. */
  const failing = (times: number, error: () => Error = refused) => {
    let calls = 0;
    return () => (++calls <= times ? Promise.reject(error()) : Promise.resolve(calls));
  };

  it("retries while the failure is transient", async () => {
    expect(await retry(failing(3), { pauseMs: 1 })).to.equal(4);
  });

  it("rejects at once with a permanent failure", async () => {
    const failures: unknown[] = [];
    const call = retry(
      failing(3, () => new Error("wrong password")),
      { pauseMs: 1, onFailure: (error) => failures.push(error) },
    );
    expect(await call.catch((error: Error) => error.message)).to.equal("wrong password");
    expect(failures).to.deep.equal([]);
  });

  it("rejects with the last failure after the last attempt, and when the time is up", async () => {
    const message = (call: Promise<unknown>) => call.catch((error: Error) => error.message);
    expect(await message(retry(failing(9), { attempts: 3, pauseMs: 1 }))).to.equal("refused");
    expect(await message(retry(failing(9), { limitMs: 50, pauseMs: 1000 }))).to.equal("refused");
  });

  it("doubles the pause up to its limit", async () => {
    const pauses: number[] = [];
    await retry(failing(4), {
      pauseMs: 1,
      maxPauseMs: 3,
      onFailure: (_, failures, pauseMs) => pauses.push(failures, pauseMs),
    });
    expect(pauses).to.deep.equal([1, 1, 2, 2, 3, 3, 4, 3]);
    expect(pauseAfter(5000, { pauseMs: 100, maxPauseMs: 30_000 })).to.equal(30_000);
  });

  it("ends a pause when it is aborted", async () => {
    const stop = new AbortController();
    const call = retry(failing(9), { pauseMs: 60_000, maxPauseMs: 60_000, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("stopped")), 5);
    expect(await call.catch((error: Error) => error.message)).to.equal("stopped");
  });
});

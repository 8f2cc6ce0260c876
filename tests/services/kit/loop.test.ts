import { startLoop } from "@platform/kit/loop.ts";
import { expect } from "chai";
import { setTimeout as delay } from "node:timers/promises";

describe("loop", () => {
  const pollMs = 60_000;
  const onFailure = (error: unknown) => expect.fail(String(error));

  it("acts at the start, when woken, and at once while there is more to do", async () => {
    let left = 2;
    let turns = 0;
    const loop = startLoop({ act: () => Promise.resolve((turns++, left-- > 1)), onFailure, pollMs });
    await delay(5);
    expect(turns).to.equal(2);
    loop.wake();
    await delay(5);
    expect(turns).to.equal(3);
    await loop.stop();
  });

  it("waits before its first turn on demand", async () => {
    let turns = 0;
    const loop = startLoop({ act: () => Promise.resolve((turns++, false)), onFailure, pollMs: 20, delayFirst: true });
    expect(turns).to.equal(0);
    await delay(60);
    expect(turns).to.be.at.least(1);
    await loop.stop();
  });

  it("reports a failure and continues", async () => {
    const failures: unknown[] = [];
    let turns = 0;
    const act = () => (++turns === 1 ? Promise.reject(new Error("once")) : Promise.resolve(false));
    const loop = startLoop({ act, onFailure: (error) => failures.push(error), pollMs: 5 });
    await delay(50);
    expect(failures).to.have.lengthOf(1);
    expect(turns).to.be.above(1);
    await loop.stop();
  });

  it("finishes the turn under way when it is stopped", async () => {
    let finished = false;
    const loop = startLoop({ act: () => delay(20).then(() => ((finished = true), false)), onFailure, pollMs });
    await loop.stop();
    expect(finished).to.equal(true);
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { PartitionProgress } from "@platform/kit/partition-progress.ts";

const message = (offset: number, timestamp = offset) => ({ offset: BigInt(offset), timestamp: BigInt(timestamp) });
type Message = ReturnType<typeof message>;

describe("partition progress", () => {
  it("never commits an unhandled offset, and commits all after all are handled in any order", () => {
    const run = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.record({
        // Offsets have gaps, because of compaction and transaction markers.
        gaps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: size, maxLength: size }),
        order: fc.shuffledSubarray(
          Array.from({ length: size }, (_, index) => index),
          { minLength: size },
        ),
      }),
    );
    fc.assert(
      fc.property(run, ({ gaps, order }) => {
        let offset = 0;
        const messages = gaps.map((gap) => message((offset += gap)));
        const progress = new PartitionProgress<Message>();
        for (const each of messages) expect(progress.receive(each)).to.equal("new");
        const handled = new Set<bigint>();
        let committed: bigint | undefined;
        for (const index of order) {
          const each = messages[index] as Message;
          handled.add(each.offset);
          const last = progress.done(each)?.offset;
          if (last === undefined) continue;
          expect(committed === undefined || last > committed).to.equal(true);
          expect(messages.filter((one) => one.offset <= last).every((one) => handled.has(one.offset))).to.equal(true);
          committed = last;
        }
        expect(committed).to.equal(messages.at(-1)?.offset);
      }),
    );
  });

  it("recognizes a redelivered message and commits its later copy", () => {
    const progress = new PartitionProgress<Message>();
    const [first, second] = [message(5), message(6)];
    progress.receive(first);
    progress.receive(second);
    expect(progress.done(first)).to.equal(first);
    expect(progress.receive(message(5))).to.equal("handled");
    const copy = message(6);
    expect(progress.receive(copy)).to.equal("pending");
    expect(progress.done(second)).to.equal(copy);
    expect(progress.receive(message(7))).to.equal("new");
  });

  it("starts over when offsets restart because the topic was recreated", () => {
    const progress = new PartitionProgress<Message>();
    const old = message(8, 100);
    for (const each of [message(7, 90), old]) progress.receive(each);
    progress.done(message(7, 90));
    expect(progress.receive(message(0, 200))).to.equal("new");
    expect(progress.receive(message(8, 300))).to.equal("new");
    // A late handler does not affect the message that has its offset now.
    expect(progress.done(old)).to.equal(undefined);
    expect(progress.done(message(0, 200))?.offset).to.equal(0n);
  });
});

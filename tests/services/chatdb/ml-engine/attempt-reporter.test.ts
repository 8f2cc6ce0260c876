import { expect } from "chai";
import { createLogger } from "@platform/kit/log.ts";
import { AttemptReporter, type AttemptReport } from "@chatdb/ml-engine/attempt-reporter.ts";
import { eventually } from "../../support/eventually.ts";

describe("reports of an attempt", () => {
  const log = createLogger("test", "silent");
  const newsTo = (said: AttemptReport[]) => new AttemptReporter((each) => Promise.resolve(void said.push(each)), log);

  it("publishes the first progress at once, then only the latest of each interval", async () => {
    const said: AttemptReport[] = [];
    const news = newsTo(said);
    for (let n = 0; n <= 1000; n++) news.progress(n / 1000, `${n} of 1000`);
    expect(said).to.deep.equal([{ kind: "progress", share: 0, step: "0 of 1000" }]);
    await eventually(() => expect(said).to.have.length(2));
    expect(said[1]).to.deep.equal({ kind: "progress", share: 1, step: "1000 of 1000" });
    await news.end();
  });

  it("publishes pending reports at the end and ignores later ones", async () => {
    const said: AttemptReport[] = [];
    const sending = Promise.withResolvers<void>();
    const news = new AttemptReporter((each) => sending.promise.then(() => void said.push(each)), log);
    news.line("one");
    news.progress(0.5, "half");
    news.progress(0.6, "more than half");
    const ended = news.end();
    news.line("late");
    news.progress(1, "late");
    sending.resolve();
    await ended;
    expect(said).to.deep.equal([
      { kind: "log", text: "one" },
      { kind: "progress", share: 0.5, step: "half" },
    ]);
  });

  it("shortens and limits log lines, and drops reports that cannot be published", async () => {
    const said: AttemptReport[] = [];
    const news = newsTo(said);
    for (let n = 0; n < 500; n++) news.line("x".repeat(5000));
    news.progress(7, "y".repeat(500));
    await news.end();
    const lines = said.filter((each) => each.kind === "log");
    expect(lines).to.have.length(201);
    expect(lines[0]!.text).to.have.length(2000);
    expect(lines.at(-1)!.text).to.include("more than 200");
    expect(said.at(-1)).to.deep.equal({ kind: "progress", share: 1, step: "y".repeat(200) });
    const failing = new AttemptReporter(() => Promise.reject(new Error("no broker")), log);
    failing.line("lost");
    await failing.end();
  });
});

import { greeting } from "@chatdb/embedded/greeting.ts";
import { expect } from "chai";

describe("ChatDB: greeting", () => {
  const of = (url: string) => greeting({ url, testServiceUrl: "http://127.0.0.1:1" });

  it("shows how to ask a database of one's own, and names --data and --port", () => {
    const text = of("http://127.0.0.1:8080");
    expect(text)
      .to.contain("npm run --silent chatdb -- datasource add mine postgresql://")
      .and.to.contain('npm run --silent chatdb -- ask --datasource mine "QUESTION"')
      .and.to.contain("--data DIR")
      .and.to.contain("--port PORT");
    expect(text).to.not.contain("--url");
  });

  it("names the address in its commands if it is not the default", () => {
    const text = of("http://127.0.0.1:9090");
    const commands = text.split("\n").filter((line) => line.includes("npm run"));
    expect(commands).to.have.length(3);
    for (const command of commands) expect(command).to.contain("--url http://127.0.0.1:9090");
    expect(text).to.contain("export CHATDB_URL=http://127.0.0.1:9090");
  });
});

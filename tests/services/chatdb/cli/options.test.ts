import { parseCommand } from "@chatdb/cli/options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { expect } from "chai";

describe("chatdb: options", () => {
  it("come from the command line before the environment, with defaults", () => {
    expect(parseCommand(["ask", "how", "many", "--format", "csv"], {})).to.deep.include({
      name: "ask",
      words: ["how", "many"],
      url: "http://127.0.0.1:8080",
      format: "csv",
      follow: false,
    });
    const env = { CHATDB_URL: "https://chat.example", CHATDB_TOKEN: "t" };
    expect(parseCommand(["sources"], env)).to.include({ name: "sources", url: "https://chat.example", token: "t" });
    expect(parseCommand(["sources", "--url", "http://other", "--token", "u"], env)).to.include({
      url: "http://other",
      token: "u",
    });
    expect(parseCommand(["--help"], {})).to.deep.equal({ name: "help" });
    expect(parseCommand(["--version"], {})).to.deep.equal({ name: "version" });
    expect(parseCommand(["predict", "m", "--version", "2"], {})).to.deep.include({ name: "predict", version: "2" });
    expect(parseCommand(["ask", "--follow"], {})).to.deep.include({ words: [], follow: true });
  });

  it("that are wrong are all said at once", () => {
    expect(() => parseCommand(["aks", "--format", "xml", "--take", "0", "--url", "localhost"], {})).to.throw(
      UsageError,
      /^there is no command "aks".*\n--url: expected an address.*\n--format: expected table, json or csv\n--take: expected a number from 1$/,
    );
    expect(() => parseCommand([], {})).to.throw(UsageError, "say what to do");
    expect(() => parseCommand(["ask"], {})).to.throw(UsageError, "needs a question");
    expect(() => parseCommand(["schema", "x"], {})).to.throw(UsageError, 'schema takes no "x"');
    expect(() => parseCommand(["ask", "x", "--colour"], {})).to.throw(UsageError, "--colour");
  });
});

import { help, parseOptions } from "@platform/embedded/options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { expect } from "chai";

describe("options of npm start", () => {
  const refusals: [args: string[], message: string][] = [
    [["--port", "abc"], '--port must be a number from 0 to 65535, not "abc"'],
    [["--port", "65536"], '--port must be a number from 0 to 65535, not "65536"'],
    [["--port=-1"], '--port must be a number from 0 to 65535, not "-1"'],
    [["--port=", "--data="], '--port must be a number from 0 to 65535, not ""; --data must name a folder'],
    [["--host="], "--host must not be empty"],
    [["--prot", "8080"], "Unknown option --prot"],
    [["8080"], "Unexpected argument 8080"],
  ];
  for (const [args, message] of refusals)
    it(`rejects ${args.join(" ")}`, () => {
      expect(() => parseOptions(args, 8080)).to.throw(UsageError, message);
    });

  it("uses the system's port by default", () => {
    expect(parseOptions([], 8080)).to.include({ port: 8080, host: "127.0.0.1", verbose: false, help: false });
  });

  it("explains every option", () => {
    const text = help("chatdb", { title: "ChatDB", summary: "", port: 8080 } as Parameters<typeof help>[1]);
    for (const option of ["--port PORT", "--host HOST", "--data DIR", "--verbose", "--help"])
      expect(text).to.include(option);
  });
});

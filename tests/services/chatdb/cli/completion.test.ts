import { execFileSync } from "node:child_process";
import { commands } from "@chatdb/cli/commands.ts";
import { completion } from "@chatdb/cli/completion.ts";
import { helpOf } from "@chatdb/cli/help.ts";
import { options } from "@chatdb/cli/options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { expect } from "chai";

describe("chatdb: completion", () => {
  /** Completes the last of these words in bash. */
  const complete = (...words: string[]) => {
    const script = `${completion("bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _chatdb; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync("bash", ["-c", script, "bash", "chatdb", ...words], { encoding: "utf8" });
    return out.split("\n").filter((line) => line !== "");
  };

  it("offers commands, their options and the options' values in bash", () => {
    expect(complete("")).to.deep.equal(Object.keys(commands));
    expect(complete("da")).to.deep.equal(["datasource"]);
    expect(complete("datasource", "")).to.deep.equal(["add", "test", "list", "remove"]);
    expect(complete("ask", "--t")).to.deep.equal(["--take", "--token"]);
    expect(complete("ask", "--format", "")).to.deep.equal(["table", "json", "csv"]);
    expect(complete("datasource", "add", "x", "--tls", "v")).to.deep.equal(["verify"]);
    expect(complete("ask", "--url", "")).to.deep.equal([]);
  });

  it("knows every command and option in each shell", () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const script = completion(shell);
      for (const name of Object.keys(commands)) expect(script, shell).to.contain(name);
      for (const option of Object.keys(options))
        expect(script, shell).to.contain(shell === "fish" ? `-l ${option}` : `--${option}`);
    }
    expect(() => completion("csh")).to.throw(UsageError, "expected bash, zsh or fish");
  });

  it("agrees with the help: each command's help names its options", () => {
    for (const [name, { takes }] of Object.entries(commands))
      for (const option of takes)
        expect(helpOf(name as keyof typeof commands), `${name} --${option}`).to.contain(`--${option}`);
  });
});

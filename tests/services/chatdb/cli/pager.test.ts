import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { printPaged } from "@chatdb/cli/pager.ts";
import { expect } from "chai";
import { Written } from "./written.ts";

describe("chatdb: pager", () => {
  const folder = mkdtempSync(join(tmpdir(), "chatdb-pager-"));
  const paged = join(folder, "paged");
  after(() => rmSync(folder, { recursive: true }));

  const long = Array.from({ length: 30 }, (_, at) => `line ${at}`).join("\n");
  async function printed(text: string, pager: string, tty = true) {
    const stdout = Object.assign(new Written(tty, 80), { rows: 24 });
    const stdin = Object.assign(Readable.from([]), { isTTY: tty });
    await printPaged({ stdin, stdout, stderr: new Written(tty, 80), env: { PAGER: pager } }, text);
    return stdout.text;
  }

  it("gets what is longer than the terminal", async () => {
    expect(await printed(long, `cat > '${paged}'`)).to.equal("");
    expect(readFileSync(paged, "utf8")).to.equal(`${long}\n`);
  });

  it("is left out where the text fits, the output is no terminal, or it cannot be run", async () => {
    expect(await printed("short", "false")).to.equal("short\n");
    expect(await printed(long, "false", false)).to.equal(`${long}\n`);
    expect(await printed(long, "")).to.equal(`${long}\n`);
    expect(await printed(long, "no-such-pager-here")).to.equal(`${long}\n`);
  });

  it("may end before it has read everything", async () => {
    expect(await printed("x\n".repeat(500_000), "true")).to.equal("");
  });
});

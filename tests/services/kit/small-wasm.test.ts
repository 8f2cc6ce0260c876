import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { expect } from "chai";

// process.resourceUsage() does not work here, because it includes the peak of the parent process.
const ownStatus = "/proc/self/status";

const program = `
  const { readFileSync } = await import("node:fs");
  await import("@platform/kit/small-wasm.ts");
  const { checkPostgresql } = await import("@chatdb/db-connector/postgresql/statement-check.ts");
  for (let at = 0; at < 6000; at++) {
    checkPostgresql("SELECT count(*) FROM t" + at + " JOIN b ON b.id = b_id WHERE x = $1 GROUP BY y ORDER BY count(*) DESC LIMIT $2");
    // The compiler runs in another thread, and this thread has to wait for it.
    if (at % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  console.log(/^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync("${ownStatus}", "utf8"))[1]);
`;

describe("WebAssembly of PostgreSQL's grammar", () => {
  it("fits in the memory of a small pod", async function () {
    if (!existsSync(ownStatus)) {
      console.log(`      skipped: only Linux tells a process's peak, in ${ownStatus}`);
      this.skip();
    }
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
    const kibibytes = Number(stdout);
    expect(kibibytes).to.be.within(1, 256 * 1024);
  });
});

import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..", "..");
const host = join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");

describe("policy pack", () => {
  it("is loaded by the host in which Pulumi runs it, and waits for objects at a port", async () => {
    // The engine that it names is asked for nothing until objects come.
    const server = spawn(process.execPath, [host, "127.0.0.1:1", join(root, "policies")], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      const errors: string[] = [];
      createInterface(server.stderr).on("line", (line) => errors.push(line));
      const said = await Promise.race([
        once(createInterface(server.stdout), "line"),
        once(server, "close").then(() => errors),
      ]);
      expect(said.join("\n")).to.match(/^\d+$/);
    } finally {
      server.kill();
    }
  }).timeout(60_000);
});

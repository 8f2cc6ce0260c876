import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..", "..");
const host = join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");

describe("policy pack", () => {
  it("loads in Pulumi's policy host, and listens for objects on a port", async () => {
    // The host does not connect to this engine before objects arrive.
    const server = spawn(process.execPath, [host, "127.0.0.1:1", join(root, "policies")], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      const errors: string[] = [];
      createInterface(server.stderr).on("line", (line) => errors.push(line));
      const output = await Promise.race([
        once(createInterface(server.stdout), "line"),
        once(server, "close").then(() => errors),
      ]);
      expect(output.join("\n")).to.match(/^\d+$/);
    } finally {
      server.kill();
    }
  }).timeout(60_000);
});

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { until } from "./until.ts";

const fixture = fileURLToPath(new URL("slow-service.ts", import.meta.url));

describe("service process", () => {
  let child: ChildProcess;
  let stdout: string;
  let stderr: string;
  const start = (env: Record<string, string>) => {
    stdout = stderr = "";
    child = spawn(process.execPath, [fixture], { env: { PATH: process.env.PATH, ...env } });
    child.stdout?.on("data", (chunk) => (stdout += String(chunk)));
    child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
    return once(child, "close") as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  };
  const address = async () => {
    await until("it listens", () => stdout.includes("Server listening"));
    return /Server listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(stdout)?.[1] ?? "";
  };
  const complete = { PORT: "0", HOST: "127.0.0.1", DELAY_MS: "300", PASSWORD: "hunter2" };
  afterEach(() => child.kill("SIGKILL"));

  it("exits with 2 and prints a line for each problem of its environment", async () => {
    const [code] = await start({ PORT: "http", DELAY_MS: "1" });
    expect(code).to.equal(2);
    expect(stderr).to.match(/slow-service: .*\n\s+PORT: .*\n\s+PASSWORD: not set\n/);
    expect(stdout).to.equal("");
  });

  it("exits with 1 and a message when its port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const [code] = await start({ ...complete, PORT: String((taken.address() as AddressInfo).port) });
    expect(code).to.equal(1);
    expect(stdout).to.include("EADDRINUSE");
    taken.close();
  });

  it("finishes running requests and exits with 0 on SIGINT", async () => {
    const ended = start(complete);
    const base = await address();
    const answer = fetch(`${base}/slow`).then((response) => response.text());
    await until("the request is there", () => stdout.includes("working"));
    child.kill("SIGINT");
    expect(await answer).to.equal("done");
    expect(await ended).to.deep.equal([0, null]);
    expect(stdout).to.include("released");
  });

  it("is not ready but keeps serving on SIGTERM until no more traffic arrives", async () => {
    const ended = start(complete);
    const base = await address();
    child.kill("SIGTERM");
    await until("it is not ready", async () => (await fetch(`${base}/ready`)).status === 503, 400);
    expect((await fetch(`${base}/slow`)).status).to.equal(200);
    expect(await ended).to.deep.equal([0, null]);
  });

  it("writes no secrets to its log", async () => {
    const ended = start(complete);
    await address();
    child.kill("SIGINT");
    await ended;
    expect(stdout).to.include("released").and.to.include("[Redacted]");
    expect(stdout + stderr).not.to.include("hunter2");
  });
});

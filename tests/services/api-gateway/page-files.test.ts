import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPage } from "@chatdb/api-gateway/page-build.ts";
import { runningGateway } from "./running-gateway.ts";

describe("api-gateway: the web page's files", () => {
  const gateway = runningGateway();
  const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

  it("/ is the page to browsers, and how to ask to others", async () => {
    expect((await gateway.ask("/", { headers: html })).text).to.match(/^<!doctype html>/);
    expect((await gateway.ask("/")).type).to.match(/^text\/plain/);
    expect((await gateway.ask("/", { headers: html })).headers.vary).to.contain("accept");
  });

  it("run nothing but what is served here, and nothing inline", async () => {
    const { headers, text } = await gateway.ask("/", { headers: html });
    const policy = String(headers["content-security-policy"]);
    expect(policy).to.contain("default-src 'none'").and.to.contain("script-src 'self'").and.to.contain("frame-ancestors 'none'").and.not.to.contain("unsafe");
    expect(headers).to.include({ "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer" });
    expect(text).not.to.match(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style|https?:\/\//);
    expect((await gateway.ask("/nowhere", { headers: html })).headers["content-security-policy"]).to.contain("sandbox");
  });

  it("are all there that the page names, each of its type", async () => {
    const { text } = await gateway.ask("/", { headers: html });
    const named = [...text.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, path]) => path!);
    expect(new Set(named)).to.have.keys("/page/icon.svg", "/page/style.css", "/page/main.js");
    const types = { "/page/icon.svg": /svg/, "/page/style.css": /^text\/css/, "/page/main.js": /^text\/javascript/ };
    for (const [path, type] of Object.entries(types)) expect((await gateway.ask(path)).type).to.match(type);
    expect((await gateway.ask("/page/main.ts")).status).to.equal(404);
  });

  it("are not sent again to who has them", async () => {
    for (const path of ["/", "/page/main.js"]) {
      const first = await gateway.ask(path, { headers: html });
      expect(first.headers["cache-control"]).to.equal("no-cache");
      const again = await gateway.ask(path, { headers: { ...html, "if-none-match": `"other", W/${first.headers.etag}` } });
      expect([again.status, again.text]).to.deep.equal([304, ""]);
      expect((await gateway.ask(path, { headers: { ...html, "if-none-match": '"other"' } })).status).to.equal(200);
    }
  });

  it("are compressed for who takes that", async () => {
    const plain = (await gateway.ask("/page/main.js")).text;
    const chunks: Buffer[] = [];
    const answer = await gateway.open("/page/main.js", { headers: { "accept-encoding": "gzip, br" } });
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    expect(answer.headers["content-encoding"]).to.equal("gzip");
    expect(gunzipSync(Buffer.concat(chunks)).toString()).to.equal(plain);
    expect((await gateway.ask("/page/main.js", { headers: { "accept-encoding": "gzip;q=0" } })).headers).not.to.have.property("content-encoding");
  });

  it("are four", async () => {
    const folder = await mkdtemp(join(tmpdir(), "page-test-"));
    await buildPage(folder);
    const names = await readdir(folder);
    await rm(folder, { recursive: true });
    expect(names).to.have.members(["icon.svg", "index.html", "main.js", "style.css"]);
  });
});

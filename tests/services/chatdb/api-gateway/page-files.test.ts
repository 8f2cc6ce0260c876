import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createService } from "@chatdb/api-gateway/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { buildPage } from "@chatdb/api-gateway/page-build.ts";
import { runningGateway } from "./running-gateway.ts";

describe("api-gateway: the web page's files", () => {
  const gateway = runningGateway();
  const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

  it("serve the page to browsers at /, and a greeting to other clients", async () => {
    expect((await gateway.ask("/", { headers: html })).text).to.match(/^<!doctype html>/);
    expect((await gateway.ask("/")).type).to.match(/^text\/plain/);
    expect((await gateway.ask("/", { headers: html })).headers.vary).to.contain("accept");
  });

  it("allow only the gateway's own script, and no inline code", async () => {
    const { headers, text } = await gateway.ask("/", { headers: html });
    const policy = String(headers["content-security-policy"]);
    expect(policy)
      .to.contain("default-src 'none'")
      .and.to.contain("script-src 'self'")
      .and.to.contain("frame-ancestors 'none'")
      .and.not.to.contain("unsafe");
    expect(headers).to.include({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    });
    expect(text).not.to.match(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style|https?:\/\//);
    expect((await gateway.ask("/nowhere", { headers: html })).headers["content-security-policy"]).to.contain("sandbox");
  });

  it("allow connections to the issuer only if people sign in there", async () => {
    const issuer = "https://login.example.com/realms/a";
    const away = "http://127.0.0.1:1";
    const upstreams = {
      dbConnector: away,
      queryParser: away,
      trainingOrchestrator: away,
      mlEngine: away,
      modelRegistry: away,
      predictionService: away,
    };
    const oidc = { issuer, audience: "chatdb", scopes: { read: "r" }, clientId: "page" };
    const app = await createService({ upstreams, log: createLogger("test", "silent"), oidc });
    const connect = (policy: unknown) => /connect-src [^;]*/.exec(String(policy))![0];
    expect(connect((await app.inject({ url: "/", headers: html })).headers["content-security-policy"])).to.equal(
      "connect-src 'self' https://login.example.com",
    );
    expect((await app.inject("/page/sign-in.json")).json()).to.deep.equal({
      issuer,
      client_id: "page",
      audience: "chatdb",
      scope: "openid r",
    });
    await app.close();
    expect(connect((await gateway.ask("/", { headers: html })).headers["content-security-policy"])).to.equal(
      "connect-src 'self'",
    );
    expect((await gateway.ask("/page/sign-in.json")).text).to.equal("{}");
  });

  it("include all files that the page names, each with its type", async () => {
    const { text } = await gateway.ask("/", { headers: html });
    const named = [...text.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, path]) => path!);
    expect(new Set(named)).to.have.keys("/page/icon.svg", "/page/style.css", "/page/models.css", "/page/main.js");
    const types = { "/page/icon.svg": /svg/, "/page/style.css": /^text\/css/, "/page/main.js": /^text\/javascript/ };
    for (const [path, type] of Object.entries(types)) expect((await gateway.ask(path)).type).to.match(type);
    expect((await gateway.ask("/page/main.ts")).status).to.equal(404);
  });

  it("are not sent again to a client that has them", async () => {
    for (const path of ["/", "/page/main.js"]) {
      const first = await gateway.ask(path, { headers: html });
      expect(first.headers["cache-control"]).to.equal("no-cache");
      const again = await gateway.ask(path, {
        headers: { ...html, "if-none-match": `"other", W/${first.headers.etag}` },
      });
      expect([again.status, again.text]).to.deep.equal([304, ""]);
      expect((await gateway.ask(path, { headers: { ...html, "if-none-match": '"other"' } })).status).to.equal(200);
    }
  });

  it("are compressed for a client that accepts gzip", async () => {
    const plain = (await gateway.ask("/page/main.js")).text;
    const chunks: Buffer[] = [];
    const answer = await gateway.open("/page/main.js", { headers: { "accept-encoding": "gzip, br" } });
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    expect(answer.headers["content-encoding"]).to.equal("gzip");
    expect(gunzipSync(Buffer.concat(chunks)).toString()).to.equal(plain);
    expect(
      (await gateway.ask("/page/main.js", { headers: { "accept-encoding": "gzip;q=0" } })).headers,
    ).not.to.have.property("content-encoding");
  });

  it("are the script, two style sheets, the markup and the icon", async () => {
    const folder = await mkdtemp(join(tmpdir(), "page-test-"));
    await buildPage(folder);
    const names = await readdir(folder);
    await rm(folder, { recursive: true });
    expect(names).to.have.members(["icon.svg", "index.html", "main.js", "models.css", "style.css"]);
  });
});

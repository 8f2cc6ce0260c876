import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { AddressRules, privateRanges } from "@platform/kit/address-rules.ts";
import { Problem } from "@platform/kit/problem.ts";
import { download } from "@platform/kit/web-download.ts";
import { expect } from "chai";

const of = { what: "files", setting: "places" };
const here = new AddressRules({ ...of, ranges: ["127.0.0.0/8"] });
const everywhere = new AddressRules({ ...of, ranges: ["0.0.0.0/0", "::/0"], delicate: privateRanges });

describe("web download", () => {
  let server: Server;
  let url: string;
  let paths: string[];
  const answers: Record<string, RequestListener> = {
    "/file": (_request, response) => response.end("a,b\n"),
    "/moved": (_request, response) => response.writeHead(302, { location: "/file" }).end(),
    "/round": (_request, response) => response.writeHead(307, { location: "/round" }).end(),
    "/inside": (_request, response) =>
      response.writeHead(301, { location: "http://169.254.169.254/latest/meta-data" }).end(),
    "/file-system": (_request, response) => response.writeHead(301, { location: "file:///etc/passwd" }).end(),
    "/silent": (_request, response) => void response.write("a"),
  };
  before(async () => {
    server = createServer((request, response) => {
      paths.push(request.url!);
      answers[request.url!]!(request, response);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => (paths = []));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const refusalOf = async (promise: Promise<unknown>) => {
    const error: unknown = await promise.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).to.be.instanceOf(Problem);
    return (error as Problem).message;
  };

  it("downloads a file and follows redirects", async () => {
    for (const path of ["/file", "/moved"]) {
      const { status, body } = await download(url + path, { rules: here });
      expect([status, await text(body)]).to.deep.equal([200, "a,b\n"]);
    }
    expect(paths).to.deep.equal(["/file", "/moved", "/file"]);
  });

  it("refuses to connect to a blocked address, literal or resolved", async () => {
    for (const address of [
      url,
      url.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
      url.replace("127.0.0.1", "2130706433"),
      "http://10.0.0.1/",
      "https://[fd12::1]/",
      "http://192.168.1.1/",
    ]) {
      expect(await refusalOf(download(address, { rules: everywhere })), address).to.include(
        "is not one that files may be at: the operator says in the setting places which are",
      );
    }
    const error = await download(url.replace("127.0.0.1", "localhost"), { rules: everywhere }).catch(
      (error: unknown) => error,
    );
    expect(error).to.have.property("message").that.includes('The host "localhost" has the address');
    expect(paths).to.deep.equal([]);
  });

  it("refuses to connect to a blocked port", async () => {
    const rules = new AddressRules({ ...of, ranges: ["127.0.0.0/8"], ports: [443] });
    expect(await refusalOf(download(url, { rules }))).to.include("Files may not be at port");
  });

  it("checks redirects like the first address", async () => {
    expect(await refusalOf(download(`${url}/inside`, { rules: here }))).to.include(
      "The address 169.254.169.254 is not one",
    );
    expect(await refusalOf(download(`${url}/file-system`, { rules: here }))).to.include(
      'redirects to "file:///etc/passwd", which is not followed',
    );
    expect(await refusalOf(download(`${url}/round`, { rules: here }))).to.include("redirects more than 5 times");
  });

  it("aborts when no data arrives in time, and when its signal aborts", async () => {
    const { body } = await download(`${url}/silent`, { rules: here, pauseMs: 50 });
    expect(await text(body).catch((error: unknown) => error)).to.be.instanceOf(Error);
    const stop = new AbortController();
    const { body: other } = await download(`${url}/silent`, { rules: here, signal: stop.signal });
    const read = text(other).catch((error: unknown) => error);
    stop.abort(new Error("enough"));
    expect(await read).to.have.property("message", "enough");
  });
});

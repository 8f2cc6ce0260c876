import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { persistentConnector } from "@platform/kit/http/connector.ts";
import { buildConnector, Pool } from "undici";

describe("connections between services", () => {
  let server: Server;
  let origin: string;
  let requests: number;
  let tried: number;
  const connect = buildConnector({});

  /** A connector whose first attempts are refused. */
  const refusing =
    (times: number): buildConnector.connector =>
    (options, callback) => {
      tried++;
      if (tried <= times) callback(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), null);
      else connect(options, callback);
    };
  const post = async (times: number) => {
    const pool = new Pool(origin, { connect: persistentConnector(refusing(times)) });
    try {
      return await (await pool.request({ method: "POST", path: "/", body: "{}" })).body.text();
    } finally {
      await pool.destroy();
    }
  };

  beforeEach(async () => {
    [requests, tried] = [0, 0];
    server = createServer((_request, response) => response.end(String(++requests)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => void server.close());

  it("succeed after refused attempts, and send the request once", async () => {
    expect(await post(4)).to.equal("1");
    expect({ tried, requests }).to.deep.equal({ tried: 5, requests: 1 });
  });

  it("need one attempt when it succeeds", async () => {
    await post(0);
    expect(tried).to.equal(1);
  });

  it("fail after five attempts with the reason", async () => {
    const error = await post(5).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(Error).with.property("code", "ECONNREFUSED");
    expect({ tried, requests }).to.deep.equal({ tried: 5, requests: 0 });
  });
});

import { SharedSession } from "../../../services/embedded/shared-session.ts";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { expect } from "chai";
import pg from "pg";
import { eventually } from "../support/eventually.ts";

describe("shared database session", () => {
  const connections = 6;
  let db: SharedSession;
  let server: PGLiteSocketServer;
  let connect: () => pg.Client;
  before(async () => {
    db = new SharedSession();
    server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: connections });
    await server.start();
    const port = Number(server.getServerConn().split(":").at(-1));
    connect = () => new pg.Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
  });
  after(async () => {
    await server.stop();
    await db.close();
  });

  it("returns its own rows to each query that waits for a transaction", async () => {
    const clients = Array.from({ length: connections }, connect);
    await Promise.all(clients.map((client) => client.connect()));
    const [holder, ...others] = clients;
    await holder!.query("BEGIN");
    const answers = others.map(
      async (client, it) => (await client.query<{ it: number }>("SELECT $1::integer AS it", [it])).rows,
    );
    // These round trips suffice to queue the other queries.
    for (let trip = 0; trip < 20; trip++) await holder!.query("SELECT 1");
    await holder!.query("COMMIT");
    const rows = await Promise.allSettled(answers);
    expect(rows).to.deep.equal(others.map((_, it) => ({ status: "fulfilled", value: [{ it }] })));
    await Promise.all(clients.map((client) => client.end()));
  });

  it("keeps serving the others when a connection breaks during a query", async () => {
    const [lost, other] = [connect(), connect()];
    lost.on("error", () => undefined);
    await Promise.all([lost.connect(), other.connect()]);
    // A Parse without a Sync keeps the query open forever.
    lost.connection.parse({ name: "", text: "SELECT 1", types: [] }, false);
    lost.connection.flush();
    await eventually(() => expect(db.isInTransaction()).to.equal(true));
    lost.connection.stream.destroy();
    expect((await other.query<{ it: number }>("SELECT $1::integer AS it", [7])).rows).to.deep.equal([{ it: 7 }]);
    await other.end();
  });
});

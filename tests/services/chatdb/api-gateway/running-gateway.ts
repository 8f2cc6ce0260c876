import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { createService } from "@chatdb/api-gateway/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { ask, FakeUpstreams, open, type Options, type Seen } from "./upstreams.ts";

/**
 * A gateway in front of fake upstreams, for the tests of the `describe` that calls this; before each of them nothing
 * has been asked.
 */
export function runningGateway() {
  const upstreams = new FakeUpstreams();
  let app: FastifyInstance;
  let base: string;
  before(async () => {
    app = await createService({ upstreams: await upstreams.start(), log: createLogger("test", "silent") });
    base = await app.listen({ host: "127.0.0.1", port: 0 });
  });
  beforeEach(() => upstreams.reset());
  after(async () => {
    await app.close();
    await upstreams.stop();
  });
  return {
    upstreams,
    address: () => new URL(base),
    ask: (path: string, options?: Options) => ask(base, path, options),
    open: (path: string, options?: Options) => open(base, path, options),
    /** The one request that reached an upstream. */
    saw: (): Seen => {
      expect(upstreams.seen).to.have.lengthOf(1);
      return upstreams.seen[0]!;
    },
  };
}

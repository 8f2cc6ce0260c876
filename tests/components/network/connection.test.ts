import { expect } from "chai";
import type { Consumer } from "../../../components/network/connection.ts";
import { connectAll, lazily } from "../../../components/network/connection.ts";
import { dependency, namespace } from "../../support/program.ts";

const consumer: Consumer = { name: "reader", namespace: namespace("apps"), labels: { app: "reader" } };
const cidr = (cidr: string, port: number) => ({ to: { cidr }, port });
const resource = {} as never;

describe("connection", () => {
  it("merges all connections of a consumer into one", () => {
    const connection = connectAll(consumer, [
      dependency("a", {
        env: { A: "1" },
        secretEnv: { A_KEY: "x" },
        destinations: [cidr("10.0.0.0/8", 1)],
        readyWhen: [resource],
      }),
      dependency("b", {
        env: { B: "2" },
        secretEnv: { B_KEY: "y" },
        destinations: [cidr("11.0.0.0/8", 2)],
        readyWhen: [resource],
      }),
    ]);
    expect(connection).to.deep.include({
      env: { A: "1", B: "2" },
      secretEnv: { A_KEY: "x", B_KEY: "y" },
      destinations: [cidr("10.0.0.0/8", 1), cidr("11.0.0.0/8", 2)],
      readyWhen: [resource, resource],
    });
  });

  it("retires previous credentials after the consumer runs with the new ones", () => {
    const withdrawn: unknown[] = [];
    const connection = connectAll(consumer, [
      dependency("a"),
      dependency("b", { retire: (running) => void withdrawn.push(running) }),
    ]);
    expect(withdrawn).to.be.empty;
    connection.retire(resource);
    expect(withdrawn).to.deep.equal([resource]);
  });

  it("passes the consumer to each dependency", () => {
    const seen: Consumer[] = [];
    const connect = (by: Consumer) => (seen.push(by), dependency("").connect(by));
    connectAll(consumer, [{ name: "a", connect }]);
    expect(seen).to.deep.equal([consumer]);
  });

  it("refuses two dependencies that set the same variable, secret or not", () => {
    const both = [
      dependency("orders", { env: { DATABASE_HOST: "a" } }),
      dependency("billing", { secretEnv: { DATABASE_HOST: "b" } }),
    ];
    expect(() => connectAll(consumer, both)).to.throw(
      "reader: both orders and billing set DATABASE_HOST; give one of them a prefix.",
    );
  });

  it("makes the same lazy connection without the wait", () => {
    const eager = dependency("a", { env: { A: "1" }, destinations: [cidr("10.0.0.0/8", 1)], readyWhen: [resource] });
    const lazy = lazily(eager);
    expect(lazy).to.include({ name: "a", lazy: true });
    expect(lazy.connect(consumer)).to.deep.equal({ ...eager.connect(consumer), readyWhen: [] });
  });
});

import { expect } from "chai";
import { allowedRanges } from "../../../systems/chatdb/allowed-ranges.ts";
import { namespace } from "../../support/program.ts";

describe("allowed ranges", () => {
  const ranges = ["10.0.0.0/8", "fd12::/16"];
  const except = ["10.96.0.0/12", "10.96.0.1/32", "fd12:1::/32", "192.0.2.0/24", "0.0.0.0/0"];
  const connection = allowedRanges("added-data-sources", "ADDED_SOURCES", {
    ranges,
    except,
    ports: [5432, 3306],
  }).connect({ name: "app", namespace: namespace("apps"), labels: {} });

  it("pass ranges, exceptions and ports to the service in variables", () => {
    expect(connection.env).to.deep.equal({
      ADDED_SOURCES_RANGES: "10.0.0.0/8,fd12::/16",
      ADDED_SOURCES_EXCEPT: except.join(","),
      ADDED_SOURCES_PORTS: "5432,3306",
    });
  });

  it("allow each range on each port, without the exceptions inside it", () => {
    expect(connection.destinations).to.deep.equal(
      [
        { cidr: "10.0.0.0/8", except: ["10.96.0.0/12", "10.96.0.1/32"] },
        { cidr: "fd12::/16", except: ["fd12:1::/32"] },
      ].flatMap((to) => [5432, 3306].map((port) => ({ to, port }))),
    );
  });
});

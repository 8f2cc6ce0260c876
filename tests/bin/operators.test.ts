import { expect } from "chai";
import { missingOperators, neededOperators } from "../../bin/operators.ts";
import { stackConfig } from "../../config/project.ts";

const definitions = (stack: string, settings = {}) =>
  neededOperators(stackConfig(stack, settings)).map(({ definition }) => definition);

describe("operators of a stack", () => {
  it("include those for PostgreSQL's instances and archive", () => {
    expect(definitions("dev")).to.deep.equal([]);
    expect(definitions("prod")).to.deep.equal(["clusters.postgresql.cnpg.io", "objectstores.barmancloud.cnpg.io"]);
    expect(definitions("prod", { "chatdb:postgres.cluster": {} })).to.deep.equal(["clusters.postgresql.cnpg.io"]);
    expect(
      definitions("prod", { "chatdb:postgres.external": { host: "pg.example.com", adminUser: "root" } }),
    ).to.deep.equal([]);
  });

  it("are reported when the cluster lacks them, with the command that installs each", () => {
    const needed = neededOperators(stackConfig("prod"));
    const message = missingOperators(needed, ["clusters.postgresql.cnpg.io", "other.example.com"])!;
    expect(message)
      .to.include("no objectstores.barmancloud.cnpg.io. Install it with\n    kubectl apply -f https://")
      .and.not.include("no clusters");
    expect(
      missingOperators(
        needed,
        needed.map(({ definition }) => definition),
      ),
    ).to.equal(undefined);
  });
});

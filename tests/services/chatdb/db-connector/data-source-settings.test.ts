import { readDataSources } from "@chatdb/db-connector/data-source-settings.ts";
import { ConfigurationError } from "@platform/kit/env.ts";
import { expect } from "chai";

const group = (name: string, more: Record<string, string> = {}) =>
  Object.fromEntries(
    Object.entries({ HOST: "db", NAME: "app", USER: "reader", PASSWORD: "secret", ...more }).map(([key, value]) => [
      `DATASOURCE_${name}_${key}`,
      value,
    ]),
  );

describe("data sources from the environment", () => {
  it("are read from each group of variables, named in lower case", () => {
    const env = {
      ...group("SHOP"),
      ...group("OLD_ARCHIVE", { DIALECT: "mysql", PORT: "6543", SSL: "require" }),
      PATH: "/bin",
    };
    const common = { host: "db", database: "app", user: "reader", password: "secret" };
    expect(readDataSources(env)).to.deep.equal([
      { name: "old_archive", dialect: "mysql", port: 6543, tls: "require", ...common },
      { name: "shop", dialect: "postgresql", port: 5432, tls: "disable", ...common },
    ]);
  });

  it("are empty without variables", () => expect(readDataSources({ DATASOURCE: "x" })).to.deep.equal([]));

  it("throw an error that lists every missing or wrong variable", () => {
    const env = { ...group("A", { PORT: "many", SSL: "maybe" }), DATASOURCE_B_HOST: "db" };
    expect(() => readDataSources(env))
      .to.throw(ConfigurationError)
      .with.property("message")
      .that.matches(
        /DATASOURCE_A_PORT.*DATASOURCE_A_SSL.*DATASOURCE_B_NAME: not set.*DATASOURCE_B_USER: not set.*DATASOURCE_B_PASSWORD: not set/s,
      );
  });
});

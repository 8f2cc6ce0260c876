import { expect } from "chai";
import { externalDatabase } from "../../../components/data/external-database.ts";
import { namespace } from "../../support/program.ts";

const orders = {
  host: "db.example.com",
  port: 6432,
  database: "orders",
  user: "reader",
  password: "hush",
  ssl: "require",
  cidr: "10.0.0.0/16",
} as const;

describe("external database", () => {
  const connection = externalDatabase("orders", orders, "DATASOURCE_ORDERS").connect({
    name: "app",
    namespace: namespace("apps"),
    labels: {},
  });

  it("sets variables with its prefix, and the password as a secret one", () => {
    expect(connection.env).to.deep.equal({
      DATASOURCE_ORDERS_HOST: "db.example.com",
      DATASOURCE_ORDERS_PORT: "6432",
      DATASOURCE_ORDERS_NAME: "orders",
      DATASOURCE_ORDERS_USER: "reader",
      DATASOURCE_ORDERS_SSL: "require",
    });
    expect(connection.secretEnv).to.deep.equal({ DATASOURCE_ORDERS_PASSWORD: "hush" });
  });

  it("sets the kind of database when it is given", () => {
    const { env } = externalDatabase("stock", { ...orders, dialect: "mysql" }, "DATASOURCE_STOCK").connect({
      name: "app",
      namespace: namespace("apps"),
      labels: {},
    });
    expect(env).to.include({ DATASOURCE_STOCK_DIALECT: "mysql" });
  });

  it("opens its addresses on its port, without a wait at startup", () => {
    expect(connection.destinations).to.deep.equal([{ to: { cidr: "10.0.0.0/16" }, port: 6432 }]);
    expect(connection.readyWhen).to.deep.equal([]);
  });
});

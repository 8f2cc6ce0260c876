import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { createLogger } from "@platform/kit/log.ts";
import { LanguageModel } from "@chatdb/query-parser/language-model/language-model.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { expect } from "chai";
import { Registry } from "prom-client";
import { eventually } from "../../../support/eventually.ts";
import { plan } from "../../question-engine/plan/shop-plans.ts";
import { answers, says, startStubModel, type StubModel } from "../../support/stub-model.ts";

const customers: Table = {
  schema: "public",
  name: "customers",
  kind: "table",
  columns: [{ name: "name", type: "text", nullable: false }],
  primaryKey: [],
  foreignKeys: [],
};
const schema: DatabaseSchema = {
  datasource: "shop",
  dialect: "postgresql",
  tables: [customers],
  at: "2025-06-30T00:00:00Z",
};

describe("a language model that fails", () => {
  const asked = { question: "who?", index: new SchemaIndex(schema), now: new Date("2025-06-30"), guesses: [] };
  const found = plan("customers", ["customers.name"]);
  const staying = new AbortController().signal;
  let stub: StubModel;
  let model: LanguageModel;

  before(async () => (stub = await startStubModel()));
  after(() => stub.close());
  afterEach(() => model.close());

  const open = (pauseMs: number) =>
    (model = new LanguageModel(
      { baseUrl: stub.baseUrl, model: "stub" },
      new Registry(),
      createLogger("test", "silent"),
      { failures: 2, pauseMs },
    ));

  it("is skipped after consecutive failures, so that further questions do not wait", async () => {
    open(60_000);
    stub.does(answers(500));
    for (let question = 0; question < 5; question++) expect(await model.planFor(asked, staying)).to.equal(undefined);
    expect(stub.received.length).to.equal(2);
  });

  it("is tried by one question after the pause, and then answers all", async () => {
    open(50);
    stub.does(answers(500));
    for (let question = 0; question < 3; question++) await model.planFor(asked, staying);
    expect(stub.received.length).to.equal(2);
    const held = Promise.withResolvers<void>();
    stub.does((response, request) => void held.promise.then(() => says({ plan: found })(response, request)));
    const asking: Promise<unknown>[] = [];
    await eventually(() => {
      asking.push(model.planFor(asked, staying));
      expect(stub.received.length).to.equal(1);
    });
    expect(await model.planFor(asked, staying)).to.equal(undefined);
    held.resolve();
    const plans = await Promise.all(asking);
    expect(plans.filter((each) => each !== undefined)).to.deep.equal([found]);
    expect(stub.received.length).to.equal(1);
    expect(await model.planFor(asked, staying)).to.deep.equal(found);
  });

  it("is not skipped after plans that do not fit", async () => {
    open(60_000);
    stub.does(says("no"));
    for (let question = 0; question < 3; question++) await model.planFor(asked, staying);
    expect(stub.received.length).to.equal(6);
  });
});

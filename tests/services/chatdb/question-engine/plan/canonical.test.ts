import { canonicalText } from "@chatdb/question-engine/plan/canonical.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { expect } from "chai";

const status = {
  kind: "column" as const,
  column: { source: "orders", column: "status" },
  op: "=" as const,
  value: "paid",
};
const country = {
  kind: "column" as const,
  column: { source: "customers", column: "country" },
  op: "=" as const,
  value: "Spain",
};

const paidInSpain: QueryPlan = {
  from: { as: "orders", schema: "public", table: "orders" },
  joins: [
    {
      as: "customers",
      schema: "public",
      table: "customers",
      on: [{ left: { source: "orders", column: "customer_id" }, right: "id" }],
    },
  ],
  select: [{ value: { kind: "aggregate", fn: "count", of: [] }, as: "number_of_orders" }],
  distinct: false,
  where: [status, country],
  groupBy: [],
  having: [],
  orderBy: [],
};

/** Renames the sources. */
const renamed = JSON.parse(
  JSON.stringify(paidInSpain).replaceAll(/"(as|source)":"(orders|customers)"/g, '"$1":"the_$2"'),
) as QueryPlan;

const same: Record<string, QueryPlan> = {
  "other names of sources": renamed,
  "another name for a result column": { ...paidInSpain, select: [{ ...paidInSpain.select[0]!, as: "count" }] },
  "reordered conditions": { ...paidInSpain, where: [country, status] },
  "the join written from the other side": {
    ...paidInSpain,
    from: { as: "customers", schema: "public", table: "customers" },
    joins: [
      {
        as: "orders",
        schema: "public",
        table: "orders",
        on: [{ left: { source: "customers", column: "id" }, right: "customer_id" }],
      },
    ],
  },
  "explicit default values": {
    ...paidInSpain,
    select: [{ value: { kind: "aggregate", fn: "count", of: [], distinct: false }, as: "n" }],
  },
};

const others: Record<string, QueryPlan> = {
  "another value": { ...paidInSpain, where: [{ ...status, value: "pending" }, country] },
  "a removed condition": { ...paidInSpain, where: [status] },
  "an optional join": { ...paidInSpain, joins: [{ ...paidInSpain.joins[0]!, optional: true }] },
  "an order": { ...paidInSpain, orderBy: [{ value: { kind: "aggregate", fn: "count", of: [] }, direction: "asc" }] },
  "a limit": { ...paidInSpain, limit: 1 },
  "another column": {
    ...paidInSpain,
    where: [{ ...status, column: { source: "customers", column: "status" } }, country],
  },
};

describe("canonical text of a plan", () => {
  for (const [what, plan] of Object.entries(same))
    it(`stays the same with ${what}`, () => expect(canonicalText(plan)).to.equal(canonicalText(paidInSpain)));
  for (const [what, plan] of Object.entries(others))
    it(`changes with ${what}`, () => expect(canonicalText(plan)).to.not.equal(canonicalText(paidInSpain)));

  it("keeps the order of result columns and distinguishes nested queries", () => {
    const columns = ["name", "city"].map((column) => ({
      value: { kind: "column" as const, source: "customers", column },
      as: column,
    }));
    const listed = { ...paidInSpain, select: columns };
    expect(canonicalText(listed)).to.not.equal(canonicalText({ ...listed, select: columns.toReversed() }));
    const { from, ...inner } = listed;
    const query = { ...inner, from: from as Exclude<QueryPlan["from"], { query: unknown }>, where: [status] };
    const within: QueryPlan = {
      ...paidInSpain,
      where: [
        {
          kind: "member",
          column: { source: "customers", column: "name" },
          op: "in",
          query: { ...query, select: [columns[0]!] },
        },
      ],
    };
    expect(canonicalText(within)).to.not.equal(canonicalText({ ...within, where: [] }));
  });
});

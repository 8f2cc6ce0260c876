import { compile } from "../../../../../services/chatdb/question-engine/compile/postgresql.ts";
import { queryPlan, type Comparison } from "@chatdb/question-engine/plan/plan.ts";
import { problemsOf } from "../../../../../services/chatdb/question-engine/plan/validate.ts";
import { expect } from "chai";
import { aggregate, plan, ref } from "../plan/shop-plans.ts";
import { withSchema, type TestSchema } from "../with-database.ts";

const uuid = "0198a7a0-0000-7000-8000-000000000001";

const ddl = `
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE pets (id integer PRIMARY KEY, mood mood, tag uuid, address inet, tags text[], seen timestamp, at timestamptz, born date, big bigint, small smallint);
INSERT INTO pets VALUES
  (1, 'sad', '${uuid}', '10.0.0.1', '{a,b}', '2024-05-31 23:30', '2024-05-31 23:30+00', '2024-05-31', 9007199254740993, 20000),
  (2, 'happy', NULL, NULL, NULL, '2024-06-01 00:30', '2024-06-01 00:30+00', '2024-06-01', 3000000000, 20000)`;

/** A condition and the pets that meet it. */
const conditions: [Comparison, number[]][] = [
  [{ kind: "column", column: ref("pets.mood"), op: "=", value: "sad" }, [1]],
  [{ kind: "column", column: ref("pets.mood"), op: "<>", value: "SAD", ignoreCase: true }, [2]],
  [{ kind: "column", column: ref("pets.mood"), op: "=", value: "no label of it" }, []],
  [{ kind: "column", column: ref("pets.mood"), op: "contains", value: "APP" }, [2]],
  [{ kind: "column", column: ref("pets.tag"), op: "=", value: uuid }, [1]],
  [{ kind: "column", column: ref("pets.tag"), op: "none of", values: [uuid] }, []],
  [{ kind: "column", column: ref("pets.address"), op: "=", value: "10.0.0.1/32" }, [1]],
  [{ kind: "column", column: ref("pets.address"), op: "=", value: "no address" }, []],
  [{ kind: "column", column: ref("pets.tags"), op: "=", value: "{a,b}" }, [1]],
  [{ kind: "column", column: ref("pets.seen"), op: ">=", value: "2024-06-01" }, [2]],
  [{ kind: "column", column: ref("pets.at"), op: "<", value: "2024-06-01T02:30:00+02:00" }, [1]],
  [{ kind: "column", column: ref("pets.born"), op: "<", value: "2024-06-01T00:00:00Z" }, [1]],
  [{ kind: "column", column: ref("pets.born"), op: "<=", value: "2024-05-31T12:00:00Z" }, [1]],
  [{ kind: "column", column: ref("pets.big"), op: ">", value: 4e9 }, [1]],
  [{ kind: "column", column: ref("pets.small"), op: ">", value: 0.5 }, [1, 2]],
];

describe("types specific to PostgreSQL", () => {
  let source: TestSchema;
  withSchema(ddl, "pets", (started) => void (source = started));

  const run = async (value: ReturnType<typeof plan>) => {
    const parsed = queryPlan.parse(value);
    expect(problemsOf(parsed, source.schema)).to.deep.equal([]);
    const { sql, params } = compile(parsed, source.schema);
    return await source.run(sql, params);
  };

  for (const [condition, ids] of conditions) {
    it(`are compared: ${condition.column.column} ${condition.op} ${"values" in condition ? condition.values.join() : "value" in condition ? condition.value : ""}`, async () => {
      expect(
        await run(
          plan("pets", ["pets.id"], {
            where: [condition],
            orderBy: [{ value: { kind: "column", ...ref("pets.id") }, direction: "asc" }],
          }),
        ),
      ).to.deep.equal(ids.map((id) => [id]));
    });
  }

  it("are computed without an overflow", async () => {
    expect(
      await run(
        plan("pets", [
          aggregate("max", [{ kind: "arithmetic", op: "*", left: ref("pets.small"), right: ref("pets.small") }]),
        ]),
      ),
    ).to.deep.equal([[400_000_000]]);
  });
});

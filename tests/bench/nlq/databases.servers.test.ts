import { existsSync } from "node:fs";
import { expect } from "chai";
import { sameResult } from "@chatdb/ml-engine/questions/same-result.ts";
import { GoldDatabases } from "../../../bench/nlq/gold-databases.ts";
import { PostgresDatabase } from "../../../bench/nlq/postgres-database.ts";
import { readQuestionSet, type QuestionSet } from "../../../bench/nlq/question-set.ts";
import { inPostgres } from "./in-postgres.ts";
import { mutationsOf } from "./mutations.ts";

const sets: [string, string][] = [
  ["the set of the tests", `${import.meta.dirname}/set`],
  ["spider-dev", `${import.meta.dirname}/../../../../shared/data/spider-dev`],
];

function* schemasOf({ questions, schemas }: QuestionSet) {
  for (const [db, asked] of Map.groupBy(questions, (question) => question.db)) {
    const databases = new GoldDatabases(schemas.get(db)!, asked, 1);
    yield { databases, asked };
    databases.close();
  }
}

for (const [name, directory] of sets) {
  describe(`databases for ${name}`, function () {
    this.timeout(300_000);
    let set: QuestionSet;
    before(function () {
      if (existsSync(directory)) set = readQuestionSet(directory);
      else {
        console.log(`      no ${directory}`);
        this.skip();
      }
    });

    it("give 97 of 100 gold queries a result that every right query returns", () => {
      const left: string[] = [];
      for (const { databases, asked } of schemasOf(set)) {
        for (const { gold } of asked) {
          const result = databases.gold(gold, 3);
          if (result.kind === "unusable") left.push(`${gold}: ${result.why}`);
        }
      }
      expect(left.length, left.join("\n")).to.be.at.most(0.03 * set.questions.length);
    });

    it("distinguish 97 of 100 gold queries from changed ones", () => {
      let same = 0;
      let all = 0;
      for (const { databases, asked } of schemasOf(set)) {
        const literals = databases.facts.scopes.flatMap(({ conditions }) =>
          conditions.flat().flatMap(({ values }) => values),
        );
        for (const gold of new Set(asked.map((question) => question.gold))) {
          const wanted = databases.gold(gold, 3);
          if (wanted.kind === "unusable") continue;
          for (const { sql } of mutationsOf(gold, literals)) {
            all++;
            if (wanted.results.every(({ seed, blocks }) => sameResult(blocks, databases.run(sql, seed).flat()))) same++;
          }
        }
      }
      expect(all).to.be.above(40);
      expect(same / all, `${same} of ${all}`).to.be.at.most(0.03);
    });

    it("give the same results in SQLite and in PostgreSQL", async () => {
      const postgres = await PostgresDatabase.start();
      let compared = 0;
      const different: string[] = [];
      for (const { databases, asked } of schemasOf(set)) {
        const [first] = databases.seeds;
        await postgres.fill(databases.facts, first!.rows);
        for (const { gold } of asked) {
          const wanted = databases.gold(gold, 1);
          if (wanted.kind === "unusable" || wanted.results[0]!.seed !== first!.seed) continue;
          // SQLite accepts queries that PostgreSQL rejects: with columns that are neither grouped nor aggregated.
          const ours = await postgres.query(inPostgres(gold, databases.facts), []).catch(() => undefined);
          if (ours) compared++;
          if (ours && !sameResult(wanted.results[0]!.blocks, ours)) different.push(gold);
        }
      }
      await postgres.close();
      expect(different).to.deep.equal([]);
      expect(compared).to.be.above(0.7 * set.questions.length);
    });
  });
}

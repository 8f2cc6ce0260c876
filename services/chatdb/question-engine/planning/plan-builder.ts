import type { Table } from "@chatdb/contracts/query.ts";
import type { KeyGraph, Step } from "../linking/key-graph.ts";
import type { ColumnRef, Comparator, Comparison, Condition, Join, Related, Source } from "../plan/plan.ts";
import { root, singular, wordsOfName } from "../language/tokens.ts";
import { Refusal } from "../refusal.ts";
import type { Decisions } from "./decisions.ts";

/** The names of the sources of a query or of a condition on related rows, by table. */
type Sources = Map<Table, string>;

interface Branch {
  sources: Sources;
  related: Related;
}

/** Collects the joins and conditions of a plan around its root, the table whose rows are counted or listed. */
export class PlanBuilder {
  readonly root: Table;
  readonly from: Source;
  readonly joins: Join[] = [];
  readonly where: Condition[] = [];
  /** Whether a join repeats rows of the root. */
  fansOut = false;
  readonly #graph: KeyGraph;
  readonly #decisions: Decisions;
  readonly #questionRoots: ReadonlySet<string>;
  readonly #sources: Sources = new Map();
  /** Conditions on related rows by the first table that has several rows for one. */
  readonly #branches = new Map<Table, Branch>();
  readonly #excluded = new Set<Table>();
  readonly #names = new Set<string>();

  /** @param questionRoots the word roots of the question */
  constructor(graph: KeyGraph, start: Table, decisions: Decisions, questionRoots: ReadonlySet<string>) {
    this.#graph = graph;
    this.#questionRoots = questionRoots;
    this.#decisions = decisions;
    this.root = start;
    this.from = { as: this.#name(start, this.#sources), schema: start.schema, table: start.name };
  }

  /** A builder for a query inside this one. */
  another(start: Table): PlanBuilder {
    return new PlanBuilder(this.#graph, start, this.#decisions, this.#questionRoots);
  }

  /** Whether each row of the root has at most one row of the table. */
  isToOne(table: Table): boolean {
    return this.#graph.isToOne(this.root, table);
  }

  /** The name of the table in the plan, where it is joined. */
  sourceOf(table: Table): string | undefined {
    return this.#sources.get(table);
  }

  /** A column of a joined table, with one row of the root for each of its rows. */
  column(table: Table, column: string): ColumnRef {
    for (const step of this.#path(table)) {
      if (this.#sources.has(step.to)) continue;
      this.fansOut ||= !step.toOne;
      this.joins.push(this.#join(step, this.#sources));
    }
    return { source: this.#sources.get(table)!, column };
  }

  /** Adds a condition. Across a to-many key it must hold for one of the related rows. */
  restrict(table: Table, condition: (source: string) => Comparison): void {
    const { sources, branch } = this.#reach(table);
    (branch?.related.where ?? this.where).push(condition(sources.get(table)!));
  }

  /** Excludes the rows with a related row that meets the conditions. The table is across a to-many key. */
  exclude(table: Table, conditions: (source: string) => Comparison[]): void {
    this.#excluded.add(table);
    this.#addRelated(table, conditions, 0);
  }

  /** Requires some related row to meet the condition; another one may meet other conditions. */
  requireSome(table: Table, condition: (source: string) => Comparison): void {
    this.#addRelated(table, (source) => [condition(source)], 1);
  }

  /** Whether the table is across a to-many key and not joined. */
  isBranch(table: Table): boolean {
    return !this.#sources.has(table) && !this.isToOne(table);
  }

  /** Requires this number of related rows. */
  require(table: Table, op: Comparator, value: number): void {
    const path = this.#path(table);
    const first = path.findIndex(({ toOne }) => !toOne);
    const counted = !(op === ">=" && value === 1) && !(op === "=" && value === 0);
    if (table === this.root || (first < 0 && counted)) {
      throw new Refusal(`I did not understand: ${this.root.name} have no number of ${table.name}.`, {
        words: [table.name],
      });
    }
    const { sources, branch } = this.#reach(table, path[first < 0 ? path.length - 1 : first]);
    const related = branch?.related;
    if (!related || related.count.value !== 1 || related.count.op !== ">=") {
      throw new Refusal(`I did not understand how the conditions on ${table.name} go together.`, {
        words: [table.name],
      });
    }
    related.count = { op, value };
    // After a to-one step the path may reach the same row again.
    if (counted && path.slice(first).some(({ toOne }) => toOne))
      related.count.distinct = this.keyOf(table, sources.get(table)!);
  }

  /** Requires a related row of the table, unless another condition does so. */
  mention(table: Table): void {
    if (!this.#excluded.has(table)) this.#reach(table);
  }

  /** The columns of the primary key. @throws Refusal if there is none */
  keyOf({ name, primaryKey }: Table, source: string): ColumnRef[] {
    if (primaryKey.length > 0) return primaryKey.map((column) => ({ source, column }));
    throw new Refusal(`I cannot count ${name} here: nothing tells its rows apart.`, { words: [name] });
  }

  #addRelated(table: Table, conditions: (source: string) => Comparison[], atLeast: 0 | 1): void {
    let sources = this.#sources;
    let related: Related | undefined;
    for (const step of this.#path(table)) {
      if (sources.has(step.to)) continue;
      if (related) related.joins.push(this.#join(step, sources));
      else if (step.toOne) this.joins.push(this.#join(step, sources));
      else {
        sources = new Map(sources);
        related = {
          kind: "related",
          joins: [this.#join(step, sources)],
          where: [],
          count: atLeast === 0 ? { op: "=", value: 0 } : { op: ">=", value: 1 },
        };
      }
    }
    const held = conditions(sources.get(table)!);
    if (!related)
      throw new Refusal(`I did not understand how the conditions on ${table.name} go together.`, {
        words: [table.name],
      });
    related.where.push(...held);
    this.where.push(related);
  }

  /**
   * Joins the path from the root to the table. From `split`, or the first to-many step, on the joins are in a branch.
   */
  #reach(table: Table, split?: Step): { sources: Sources; branch?: Branch } {
    let sources = this.#sources;
    let branch: Branch | undefined;
    for (const step of this.#path(table)) {
      if (sources.has(step.to)) continue;
      if (!branch && (step === split || !step.toOne || this.#branches.has(step.to))) {
        branch = this.#branches.get(step.to) ?? this.#startBranch(step);
        sources = branch.sources;
        continue;
      }
      (branch?.related.joins ?? this.joins).push(this.#join(step, sources));
    }
    return { sources, branch };
  }

  #startBranch(step: Step): Branch {
    const sources: Sources = new Map(this.#sources);
    const related: Related = {
      kind: "related",
      joins: [this.#join(step, sources)],
      where: [],
      count: { op: ">=", value: 1 },
    };
    const branch = { sources, related };
    this.#branches.set(step.to, branch);
    this.where.push(related);
    return branch;
  }

  #join({ from, to, on }: Step, sources: Sources): Join {
    const left = sources.get(from)!;
    return {
      as: this.#name(to, sources),
      schema: to.schema,
      table: to.name,
      on: on.map((pair) => ({ left: { source: left, column: pair.left }, right: pair.right })),
    };
  }

  #name(table: Table, sources: Sources): string {
    let name = table.name;
    for (let n = 2; this.#names.has(name); n++) name = `${table.name}_${n}`;
    this.#names.add(name);
    sources.set(table, name);
    return name;
  }

  /**
   * The cost of a path: higher if the question does not use the words of its keys ("reported by" rather than "closed
   * by").
   */
  #pathCost(steps: readonly Step[]): number {
    const words = steps.flatMap(({ to, toOne, on, from }) =>
      on.flatMap(({ left, right }) => {
        const table = new Set(wordsOfName((toOne ? to : from).name).map((word) => root(singular(word))));
        return wordsOfName(toOne ? left : right)
          .map((word) => root(singular(word)))
          .filter((word) => !table.has(word) && word !== "id");
      }),
    );
    const unsaid = words.filter((word) => !this.#questionRoots.has(word)).length;
    // "enrolled in" takes the path through enrolments.
    const between = steps
      .slice(0, -1)
      .filter(({ to }) => wordsOfName(to.name).some((word) => this.#questionRoots.has(root(singular(word)))));
    return unsaid * 0.15 - (words.length - unsaid) * 0.3 - between.length * 0.3;
  }

  #path(table: Table): Step[] {
    const ways = this.#graph.shortestPaths(this.root, table);
    const paths =
      ways.length < 2
        ? ways.map((steps) => ({ steps, cost: 0 }))
        : ways
            .map((steps) => ({ steps, cost: this.#pathCost(steps) }))
            .sort((a, b) => a.cost - b.cost)
            .map(({ steps, cost }, place, all) => ({ steps, cost: cost - all[0]!.cost + (place === 0 ? 0 : 0.02) }));
    const taken = this.#decisions.take(`way to ${table.name}`, paths);
    if (!taken)
      throw new Refusal(
        `I did not understand how ${this.root.name} and ${table.name} belong together: no key links them.`,
        { words: [table.name] },
      );
    return taken.steps;
  }
}

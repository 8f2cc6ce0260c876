import type { Table } from "@chatdb/contracts/query.ts";
import type { KeyGraph, Step } from "./key-graph.ts";
import type { ColumnRef, Comparator, Comparison, Join, Related, Source } from "./plan/plan.ts";
import { Refusal } from "./refusal.ts";

/** The sources of a query, or of a condition on related rows, by the table that they stand for. */
type Sources = Map<Table, string>;

interface Branch {
  sources: Sources;
  related: Related;
}

/** Puts the joins and the conditions of a plan together, around the table whose rows are counted or listed. */
export class PlanBuilder {
  readonly root: Table;
  readonly from: Source;
  readonly joins: Join[] = [];
  /** A join gives a row of the root several times. */
  fansOut = false;
  readonly #graph: KeyGraph;
  readonly #conditions: Comparison[] = [];
  readonly #sources: Sources = new Map();
  /** Conditions on related rows by the first table that has several rows for one. */
  readonly #branches = new Map<Table, Branch>();
  readonly #names = new Set<string>();

  constructor(graph: KeyGraph, root: Table) {
    this.#graph = graph;
    this.root = root;
    this.from = { as: this.#name(root, this.#sources), schema: root.schema, table: root.name };
  }

  get where(): (Comparison | Related)[] {
    return [...this.#conditions, ...[...this.#branches.values()].map(({ related }) => related)];
  }

  /** Whether each row of the root has at most one row of the table. */
  isToOne(table: Table): boolean {
    return this.#graph.isToOne(this.root, table);
  }

  /** The name of the table in the plan, where it is joined. */
  sourceOf(table: Table): string | undefined {
    return this.#sources.get(table);
  }

  /** A column of a joined table, with one row of the root for each of its rows when `mayFanOut`. */
  column(table: Table, column: string, mayFanOut = false): ColumnRef {
    for (const step of this.#path(table)) {
      if (this.#sources.has(step.to)) continue;
      if (!step.toOne && !mayFanOut) {
        throw new Refusal(`I did not understand how to show ${table.name} of ${this.root.name}: one may have several.`, { words: [table.name] });
      }
      this.fansOut ||= !step.toOne;
      this.joins.push(this.#join(step, this.#sources));
    }
    return { source: this.#sources.get(table)!, column };
  }

  /** Keeps the rows for which the condition holds, or, across a table with several rows for one, holds for one of them. */
  restrict(table: Table, condition: (source: string) => Comparison): void {
    const { sources, branch } = this.#reach(table);
    (branch?.related.where ?? this.#conditions).push(condition(sources.get(table)!));
  }

  /** Keeps the rows to which so many rows of the table belong. */
  require(table: Table, op: Comparator, value: number): void {
    const path = this.#path(table);
    const first = path.findIndex(({ toOne }) => !toOne);
    const counted = !(op === ">=" && value === 1) && !(op === "=" && value === 0);
    if (table === this.root || (first < 0 && counted)) {
      throw new Refusal(`I did not understand: ${this.root.name} have no number of ${table.name}.`, { words: [table.name] });
    }
    const { sources, branch } = this.#reach(table, path[first < 0 ? path.length - 1 : first]);
    const related = branch?.related;
    if (!related || related.count.value !== 1 || related.count.op !== ">=") {
      throw new Refusal(`I did not understand how the conditions on ${table.name} go together.`, { words: [table.name] });
    }
    related.count = { op, value };
    // After going back to one, the same row may be met again.
    if (counted && path.slice(first).some(({ toOne }) => toOne)) related.count.distinct = this.#key(table, sources.get(table)!);
  }

  /** Keeps the rows to which a row of the table belongs, where nothing else says so already. */
  mention(table: Table): void {
    this.#reach(table);
  }

  /** Columns that tell rows of the root apart. */
  rootKey(): ColumnRef[] {
    return this.#key(this.root, this.from.as);
  }

  #key({ name, primaryKey }: Table, source: string): ColumnRef[] {
    if (primaryKey.length > 0) return primaryKey.map((column) => ({ source, column }));
    throw new Refusal(`I cannot count ${name} here: nothing tells its rows apart.`, { words: [name] });
  }

  /** Joins what lies between the root and the table; beyond `split`, or the first step to several rows, in a branch. */
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
    const related: Related = { kind: "related", joins: [this.#join(step, sources)], where: [], count: { op: ">=", value: 1 } };
    const branch = { sources, related };
    this.#branches.set(step.to, branch);
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

  #path(table: Table): Step[] {
    const [path, other] = this.#graph.shortestPaths(this.root, table);
    if (!path) throw new Refusal(`I did not understand how ${this.root.name} and ${table.name} belong together: no key links them.`, { words: [table.name] });
    if (other) {
      const ways = [path, other].map((steps) => steps.map(({ on }) => on.map(({ left }) => left).join(", ")).join(" then "));
      throw new Refusal(`I did not understand how ${table.name} and ${this.root.name} belong together: by ${ways.join(" or by ")}?`, { words: [table.name] });
    }
    return path;
  }
}

import type { PipelineStatement } from "@chatdb/contracts/query.ts";
import { BSON, type Document } from "mongodb";
import type { StatementCheck } from "../driver.ts";
import { notReadOnly, refusal } from "../refusal.ts";
import { allowedOperators, stages } from "./allowed-operators.ts";

/** A checked pipeline. */
export interface Pipeline extends StatementCheck {
  collection: string;
  /** The stages, with BSON values. */
  stages: Document[];
  /** The fields that the last stage includes, with their paths in the documents. */
  columns: { name: string; path: string[] }[];
}

/** The deepest nesting of a pipeline; MongoDB itself accepts 200. */
const maxDepth = 100;

/**
 * Parses a pipeline and accepts listed stages and operators only. It refuses everything that writes ($out, $merge),
 * runs JavaScript ($function, $where, $accumulator), or describes the server.
 * @throws Problem 400 or 403
 */
export function checkPipeline({ collection, pipeline }: PipelineStatement): Pipeline {
  checkCollection(collection);
  checkDepth(pipeline, 0);
  const parsed = fromExtendedJson(pipeline);
  checkStages(parsed);
  return {
    collection,
    stages: parsed,
    columns: columnsOf(parsed.at(-1)!),
    ordered: parsed.some((stage) => "$sort" in stage || "$sortByCount" in stage),
  };
}

function checkCollection(name: unknown): void {
  if (typeof name !== "string") throw notReadOnly("another collection is named by its name alone, in this database");
  if (name.startsWith("system.") || name.includes("$") || name.includes("\0"))
    throw notReadOnly(`${JSON.stringify(name)} is no collection of documents`);
}

/** MongoDB Extended JSON 2: https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/ */
function fromExtendedJson(pipeline: PipelineStatement["pipeline"]): Document[] {
  try {
    return BSON.EJSON.deserialize(pipeline) as Document[];
  } catch (error) {
    throw refusal("syntax", `The pipeline is not MongoDB Extended JSON: ${(error as Error).message}.`);
  }
}

function checkDepth(value: unknown, depth: number): void {
  if (depth > maxDepth) throw refusal("syntax", "The pipeline is nested too deeply.");
  if (typeof value === "object" && value !== null) for (const each of Object.values(value)) checkDepth(each, depth + 1);
}

function checkStages(pipeline: unknown): void {
  if (!Array.isArray(pipeline)) throw refusal("syntax", "A pipeline is a list of stages.");
  for (const stage of pipeline as Document[]) {
    const [name, ...others] = Object.keys(stage);
    if (name === undefined || others.length > 0)
      throw refusal("syntax", "A stage has one member, named after what it does.");
    if (!Object.hasOwn(stages, name)) throw notReadOnly(`the stage ${name} is not one of those that only read`);
    const { collections = [], pipelines = [] } = stages[name]!;
    const body: unknown = stage[name];
    // The short form is {$unionWith: "name"}.
    if (typeof body === "string" && collections.length > 0) checkCollection(body);
    const members = asDocument(body);
    for (const each of collections) if (members[each] !== undefined) checkCollection(members[each]);
    // Each facet is a pipeline of its own.
    const inner = pipelines.includes("*") ? Object.keys(members) : pipelines;
    for (const each of inner) if (members[each] !== undefined) checkStages(members[each]);
    checkOperators(Object.fromEntries(Object.entries(members).filter(([key]) => !inner.includes(key))));
  }
}

const asDocument = (body: unknown): Document => (typeof body === "object" && body !== null ? body : { body });

/** BSON types that are plain values, unlike code and references to other databases. */
const valueTypes = new Set([
  "ObjectId",
  "Decimal128",
  "Long",
  "Int32",
  "Double",
  "Binary",
  "UUID",
  "BSONRegExp",
  "Timestamp",
  "MinKey",
  "MaxKey",
]);

function checkOperators(value: unknown): void {
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof RegExp) return;
  const type = (value as { _bsontype?: string })._bsontype;
  if (type !== undefined) {
    if (!valueTypes.has(type)) throw notReadOnly(`a value of type ${type} is not allowed`);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith("$") && !allowedOperators.has(key))
      throw notReadOnly(`the operator ${key} is not one of those that only compute`);
    checkOperators(inner);
  }
}

function columnsOf(last: Document): Pipeline["columns"] {
  const project = last["$project"] as Document | undefined;
  const included = Object.entries(project ?? {}).filter(([, value]) => value !== 0 && value !== false);
  if (included.length === 0)
    throw refusal("syntax", "The last stage has to be a $project that names the columns of the result.");
  const names = included.map(([name]) => name);
  // MongoDB includes `_id` by default and puts it first.
  const all = project!["_id"] === undefined ? ["_id", ...names] : names;
  return all.map((name) => ({ name, path: name.split(".") }));
}

import type { Dialect, QueryResult, Statement, Table } from "@chatdb/contracts/query.ts";
import type { AddressGuard } from "@platform/kit/address-rules.ts";
import type { Problem } from "@platform/kit/problem.ts";
import type { z } from "zod";

export type Json = z.core.util.JSONType;

/** Some rows of a result, in their order. */
export interface Batch {
  columns: QueryResult["columns"];
  rows: Json[][];
  /** What came over the network for them. */
  bytes: number;
}

/** How one statement is read. */
export interface Reading {
  /** No more rows than that are fetched. */
  maxRows: number;
  /** The statement is stopped when reading its rows takes longer, in ms. */
  timeoutMs: number;
  /** A batch is made to stay below that, as far as its first rows tell; one that comes to four times as much is not read to its end. */
  batchBytes: number;
  /** What the server's planner may estimate the statement to cost, in the dialect's own unit. Undefined: anything. */
  maxCost: number | undefined;
  /** Aborted when nobody waits for the rows any longer. */
  signal: AbortSignal;
}

/** What is known of a statement that may run. */
export interface Checked {
  /** It says in which order its rows come. */
  ordered: boolean;
}

/**
 * The connections to one data source. Each of them reads: as a role that may do no more, in transactions that cannot write,
 * one checked statement at a time. What it throws, `problemOf` explains.
 */
export interface Driver {
  readonly dialect: Dialect;
  /** Looks at the text of a statement. @throws Problem when it is not one that reads and does nothing else */
  check(statement: Statement): Checked;
  /** Runs a checked statement. It is stopped, and its connection given back, when the caller returns from the generator. */
  read(statement: Statement, reading: Reading): AsyncGenerator<Batch, void, undefined>;
  /** The tables and views that the role may read, without sample values. */
  introspect(): Promise<Table[]>;
  /** The table with sample values of its text columns. */
  sample(table: Table): Promise<Table>;
  /** The server's name and version. */
  ping(): Promise<string>;
  /** What an error of this driver means to the caller; undefined where it is not the server's. */
  problemOf(error: unknown): Problem | undefined;
  close(): Promise<void>;
}

/** Where a database is, and as whom to read it. */
export interface DriverSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  tls: "disable" | "require" | "verify";
  /** Connects only where that says that the address may be connected to. Default: anywhere. */
  addresses?: AddressGuard;
}

export type Connect = (settings: DriverSettings, onIdleError: (error: Error) => void) => Driver;

/** Connections to one data source from one replica. */
export const maxConnections = 5;

/** How long a request waits for a free or a new connection, in ms. */
export const connectTimeoutMs = 3000;

/** How long the schema of a data source, and the sample values of one of its tables, may take to read, in ms. */
export const introspectionTimeoutMs = 10_000;
export const samplingTimeoutMs = 1000;

/** The most rows of a batch. */
const batchRows = 500;

/** How many rows to ask for, so that they stay below `bytes` if they are as large as those of `last`. */
export function nextBatch({ batchBytes }: Reading, left: number, last?: Batch): number {
  const fitting =
    last === undefined || last.rows.length === 0
      ? batchRows
      : Math.floor((batchBytes * last.rows.length) / Math.max(last.bytes, 1));
  return Math.max(1, Math.min(batchRows, left, fitting));
}

/** Rows looked at for sample values, from the start of the table: a bounded effort on a table of any size. */
export const rowsSampled = 10_000;

/** A column with more distinct values than that, or with longer ones, is free text: none of its values is kept. */
export const maxSamples = 50;
export const maxSampleLength = 100;

/** The sample values to keep of those found, if any. */
export function samplesOf(values: readonly string[] | null | undefined): string[] | undefined {
  if (!values || values.length > maxSamples || values.some((value) => value.length > maxSampleLength)) return undefined;
  return [...values].sort();
}

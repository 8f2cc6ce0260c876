import type { Dialect, QueryResult, Statement, Table } from "@chatdb/contracts/query.ts";
import type { AddressGuard } from "@platform/kit/address-rules.ts";
import type { Problem } from "@platform/kit/problem.ts";
import type { z } from "zod";

export type Json = z.core.util.JSONType;

/** Consecutive rows of a result. */
export interface Batch {
  columns: QueryResult["columns"];
  rows: Json[][];
  /** The number of bytes received for these rows. */
  bytes: number;
}

/** The limits under which one statement is read. */
export interface ReadOptions {
  /** The maximum number of rows to fetch. */
  maxRows: number;
  /** Stops the statement when reading its rows takes longer, in ms. */
  timeoutMs: number;
  /**
   * The size that a batch should stay below, in bytes, judged by the size of earlier rows. A batch that reaches four
   * times as much is not read to its end.
   */
  batchBytes: number;
  /** The highest estimated cost, in the dialect's own unit. Undefined: no limit. */
  maxCost: number | undefined;
  /** Aborts when nobody waits for the rows any longer. */
  signal: AbortSignal;
}

/** The result of checking a statement that is allowed to run. */
export interface StatementCheck {
  /** Whether the statement orders its rows. */
  ordered: boolean;
}

/**
 * Reads one data source over a pool of connections. Each connection uses a role with read access and transactions that
 * cannot write, and runs one checked statement at a time. `problemOf` explains the errors that a driver throws.
 */
export interface Driver {
  readonly dialect: Dialect;
  /** Checks the text of a statement. @throws Problem unless the statement only reads */
  check(statement: Statement): StatementCheck;
  /** Runs a checked statement; stops it and releases the connection when the caller returns from the generator. */
  read(statement: Statement, reading: ReadOptions): AsyncGenerator<Batch, void, undefined>;
  /** Returns the tables and views that the role may read, without sample values. */
  introspect(): Promise<Table[]>;
  /** Returns the table with sample values of its text columns. */
  sample(table: Table): Promise<Table>;
  /** Returns the server's name and version. */
  ping(): Promise<string>;
  /** Translates a server's error for the caller; undefined if the error did not come from the server. */
  problemOf(error: unknown): Problem | undefined;
  close(): Promise<void>;
}

/** The address and credentials of a database. */
export interface DriverSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  tls: "disable" | "require" | "verify";
  /** Restricts the addresses that the driver connects to. Default: any address. */
  addresses?: AddressGuard;
}

export type DriverFactory = (settings: DriverSettings, onIdleError: (error: Error) => void) => Driver;

/** The pool size: connections from one replica to one data source. */
export const maxConnections = 5;

/** How long a request waits for a connection, free or new, in ms. */
export const connectTimeoutMs = 3000;

/** How long reading a data source's schema may take, in ms. */
export const introspectionTimeoutMs = 10_000;
/** How long reading the sample values of one table may take, in ms. */
export const samplingTimeoutMs = 1000;

/** The maximum number of rows in a batch. */
const maxBatchRows = 500;

/**
 * Returns how many rows to fetch next, so that they stay below `batchBytes` if they are as large as those of `last`.
 */
export function nextBatchSize({ batchBytes }: ReadOptions, left: number, last?: Batch): number {
  const fitting =
    last === undefined || last.rows.length === 0
      ? maxBatchRows
      : Math.floor((batchBytes * last.rows.length) / Math.max(last.bytes, 1));
  return Math.max(1, Math.min(maxBatchRows, left, fitting));
}

import type pg from "pg";
import Cursor from "pg-cursor";
import type { Json } from "../driver.ts";

export interface CursorBatch {
  rows: Json[][];
  fields: pg.FieldDef[];
}

/** Reads one statement through a portal; rows are arrays of values decoded by the given parsers. */
export class RowCursor extends Cursor<Json[]> {
  constructor(sql: string, params: readonly unknown[], getTypeParser: (oid: number) => (text: string) => Json) {
    super(sql, [...params], { rowMode: "array", types: { getTypeParser } });
  }

  /** Fetches the next `count` rows, or fewer at the end. */
  async next(count: number): Promise<CursorBatch> {
    return await new Promise((resolve, reject) => {
      this.read(count, (error, rows, result) => {
        if (error) reject(error);
        else resolve({ rows, fields: result.fields });
      });
    });
  }

  // The driver calls these handlers for a COPY statement. Cursor lacks them, and the TypeError would end the process.
  // They drop the data, so that COPY ends like a statement without columns.
  handleCopyData(): void {}
  handleCopyInResponse(connection: pg.Connection & { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail("only queries that read are run here");
  }
}

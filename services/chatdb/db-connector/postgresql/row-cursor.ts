import type pg from "pg";
import Cursor from "pg-cursor";
import type { Json } from "../driver.ts";

export interface Batch {
  rows: Json[][];
  fields: pg.FieldDef[];
}

/** The portal of one statement; rows as arrays, values by the given parsers. */
export class RowCursor extends Cursor<Json[]> {
  constructor(sql: string, params: readonly unknown[], getTypeParser: (oid: number) => (text: string) => Json) {
    super(sql, [...params], { rowMode: "array", types: { getTypeParser } });
  }

  /** The next rows, at most `count`; fewer when there are no more. */
  async next(count: number): Promise<Batch> {
    return await new Promise((resolve, reject) => {
      this.read(count, (error, rows, result) => {
        if (error) reject(error);
        else resolve({ rows, fields: result.fields });
      });
    });
  }

  // The driver calls these when the statement is a COPY. A cursor has none, and the process would end with a TypeError:
  // what COPY sends is dropped, and it ends as a statement without columns.
  handleCopyData(): void {}
  handleCopyInResponse(connection: pg.Connection & { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail("only queries that read are run here");
  }
}

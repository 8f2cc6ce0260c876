import type { Evaluation, ImportedModel, Lineage, Metrics, Stage } from "@chatdb/contracts/models.ts";
import type { ColumnType, Generated, GeneratedAlways } from "kysely";

/** A column of type jsonb: written as text, read as a value. */
type Json<T> = ColumnType<T, string, never>;

export interface RegistryTables {
  models: { name: string };
  /**
   * Objects of the bucket that versions may reference. The row is inserted before the upload, `stored_at` is set after
   * it, and the row is deleted before the object. No key is used twice. So an object that a version references exists.
   */
  artifacts: {
    key: string;
    model_name: string;
    sha256: string;
    bytes: number | null;
    opened_at: GeneratedAlways<Date>;
    /** Null during the upload. */
    stored_at: Date | null;
  };
  model_versions: {
    model_name: string;
    version: number;
    stage: Generated<Stage>;
    job_id: string;
    sha256: string;
    bytes: number;
    artifact_key: string;
    format: string;
    metrics: Json<Metrics>;
    evaluation: Json<Evaluation> | null;
    lineage: Json<Lineage> | null;
    imported: Json<ImportedModel> | null;
    created_at: GeneratedAlways<Date>;
  };
  stage_changes: {
    id: GeneratedAlways<string>;
    model_name: string;
    version: number;
    from_stage: Stage;
    to_stage: Stage;
    rollback: boolean;
    changed_by: string | null;
    changed_at: GeneratedAlways<Date>;
  };
}

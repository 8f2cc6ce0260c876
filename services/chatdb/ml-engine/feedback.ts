import { createHash } from "node:crypto";
import { queryFeedback } from "@chatdb/contracts/feedback.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import { z } from "zod";
import type { EngineMetrics } from "./metrics.ts";

export interface FeedbackKeeperOptions {
  objects: ObjectStore;
  bucket: string;
  metrics: Pick<EngineMetrics, "feedback">;
  log: Logger;
}

/**
 * Creates the handler of `query-feedback`, which stores each event as an object `<data
 * source>/<day>/<time>-<digest>.json`. An event that is delivered twice gets the same key, so it is stored once.
 */
export function createFeedbackKeeper({
  objects,
  bucket,
  metrics,
  log,
}: FeedbackKeeperOptions): (value: unknown) => Promise<void> {
  return async (value) => {
    const { data: feedback, error } = queryFeedback.safeParse(value);
    if (!feedback) {
      log.error({ value, problems: z.prettifyError(error) }, "skipped a message that is not feedback");
      return;
    }
    const text = canonicalJson(feedback);
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 32);
    const [day, time] = feedback.at.split("T");
    const key = `${encodeURIComponent(feedback.datasource)}/${day}/${time!.replaceAll(/\D/g, "")}-${digest}.json`;
    await objects.put(bucket, key, Buffer.from(`${text}\n`), { contentType: "application/json" });
    metrics.feedback.inc({ verdict: feedback.verdict });
  };
}

import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { TrainingJob } from "@chatdb/contracts/jobs.ts";
import { jobsKeptMs } from "@chatdb/contracts/topics.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { parseJson } from "@platform/kit/json.ts";
import { z } from "zod";
import type { BoundState } from "./training/trainer.ts";

export interface CheckpointsOptions {
  objects: ObjectStore;
  bucket: string;
  log: Logger;
}

const header = z.object({ starts: z.int().nonnegative(), binding: z.string().optional() });

/**
 * Stores the training state of attempts, so that another engine can resume them. Each is an object `<job>/<attempt>`: a
 * line of JSON, then the state's bytes.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** Counts a start of an attempt and loads the checkpoint of an earlier start. */
  async start({ job_id, attempt }: Pick<TrainingJob, "job_id" | "attempt">, signal: AbortSignal): Promise<Checkpoint> {
    const key = `${job_id}/${attempt}`;
    const found = await this.#options.objects.get(this.#options.bucket, key);
    const before = found && read(await buffer(addAbortSignal(signal, found)));
    const checkpoint = new Checkpoint(this.#options, key, (before?.starts ?? 0) + 1, before?.state);
    await checkpoint.write();
    return checkpoint;
  }

  /** Removes checkpoints whose jobs Kafka no longer keeps. */
  async removeOld(now = Date.now()): Promise<void> {
    const { objects, bucket } = this.#options;
    for (const { key, modified } of await objects.list(bucket))
      if (modified.getTime() < now - jobsKeptMs) await objects.remove(bucket, key);
  }
}

/** The checkpoint of one attempt. */
export class Checkpoint {
  /** The state that an earlier start saved. */
  readonly resumeFrom: BoundState | undefined;
  readonly #options: CheckpointsOptions;
  readonly #key: string;
  #starts: number;
  #state: BoundState | undefined;
  #outdated = false;
  #writing: Promise<void> | undefined;

  constructor(options: CheckpointsOptions, key: string, starts: number, state: BoundState | undefined) {
    this.#options = options;
    this.#key = key;
    this.#starts = starts;
    this.#state = state;
    this.resumeFrom = state;
  }

  /** Starts since the training last made progress, including this one. */
  get starts(): number {
    return this.#starts;
  }

  /**
   * Saves a state in the background; while one is written, only the latest waits. A failure is logged and the training
   * continues.
   */
  save(state: BoundState): void {
    this.#state = state;
    // The training made progress, so this start counts as a good one.
    this.#starts = 1;
    this.#outdated = true;
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
  }

  /** Subtracts this start: the engine shuts down in good order, so it does not count as interrupted. */
  async discountStart(): Promise<void> {
    await this.#writing;
    this.#starts--;
    await this.write();
  }

  async remove(): Promise<void> {
    await this.#writing;
    await this.#options.objects.remove(this.#options.bucket, this.#key);
  }

  async write(): Promise<void> {
    const { objects, bucket } = this.#options;
    const line = JSON.stringify({ starts: this.#starts, binding: this.#state?.binding } satisfies z.input<
      typeof header
    >);
    await objects.put(
      bucket,
      this.#key,
      Buffer.concat([Buffer.from(`${line}\n`), this.#state?.state ?? Buffer.alloc(0)]),
    );
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#outdated) {
        this.#outdated = false;
        await this.write();
      }
    } catch (err) {
      this.#options.log.warn({ err, key: this.#key }, "could not save a checkpoint");
    }
  }
}

/** Returns undefined if the bytes are not a checkpoint. */
function read(bytes: Buffer) {
  const end = bytes.indexOf("\n");
  const { data } = header.safeParse(parseJson(bytes.toString("utf8", 0, Math.max(end, 0))));
  if (!data) return undefined;
  const { starts, binding } = data;
  return { starts, state: binding === undefined ? undefined : { binding, state: bytes.subarray(end + 1) } };
}

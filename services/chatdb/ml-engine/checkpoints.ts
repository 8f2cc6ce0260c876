import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { TrainingJob } from "@chatdb/contracts/jobs.ts";
import { jobsKeptMs } from "@chatdb/contracts/topics.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { z } from "zod";
import type { BoundState } from "./training/trainer.ts";

export interface CheckpointsOptions {
  objects: ObjectStore;
  bucket: string;
  log: Logger;
}

const header = z.object({ starts: z.int().nonnegative(), binding: z.string().optional() });

/**
 * How far attempts have come, for engines that take them up after another one died: an object each, `<job>/<attempt>`, of a line of JSON
 * and the state's bytes.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** Counts a start of an attempt, and tells what an earlier one kept. */
  async start({ job_id, attempt }: Pick<TrainingJob, "job_id" | "attempt">, signal: AbortSignal): Promise<Checkpoint> {
    const key = `${job_id}/${attempt}`;
    const found = await this.#options.objects.get(this.#options.bucket, key);
    const before = found && read(await buffer(addAbortSignal(signal, found)));
    const checkpoint = new Checkpoint(this.#options, key, (before?.starts ?? 0) + 1, before?.kept);
    await checkpoint.write();
    return checkpoint;
  }

  /** Removes what nobody has come back to for so long that Kafka has the job no longer. */
  async removeOld(now = Date.now()): Promise<void> {
    const { objects, bucket } = this.#options;
    for (const { key, modified } of await objects.list(bucket))
      if (modified.getTime() < now - jobsKeptMs) await objects.remove(bucket, key);
  }
}

/** Of one attempt. */
export class Checkpoint {
  /** The state of the latest start that kept one. */
  readonly resumeFrom: BoundState | undefined;
  readonly #options: CheckpointsOptions;
  readonly #key: string;
  #starts: number;
  #kept: BoundState | undefined;
  #outdated = false;
  #writing: Promise<void> | undefined;

  constructor(options: CheckpointsOptions, key: string, starts: number, kept: BoundState | undefined) {
    this.#options = options;
    this.#key = key;
    this.#starts = starts;
    this.#kept = kept;
    this.resumeFrom = kept;
  }

  /** Starts since the training last came further, this one among them. */
  get starts(): number {
    return this.#starts;
  }

  /** Keeps a state in the background; of those that come while one is written, the latest. A failure is logged: the training goes on without. */
  keep(kept: BoundState): void {
    this.#kept = kept;
    // It has come further: this start was not in vain, whatever ends it.
    this.#starts = 1;
    this.#outdated = true;
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
  }

  /** The start is not one that was cut off: the engine stops in good order. */
  async uncount(): Promise<void> {
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
    const line = JSON.stringify({ starts: this.#starts, binding: this.#kept?.binding } satisfies z.input<
      typeof header
    >);
    await objects.put(
      bucket,
      this.#key,
      Buffer.concat([Buffer.from(`${line}\n`), this.#kept?.state ?? Buffer.alloc(0)]),
    );
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#outdated) {
        this.#outdated = false;
        await this.write();
      }
    } catch (err) {
      this.#options.log.warn({ err, key: this.#key }, "could not keep a checkpoint");
    }
  }
}

/** Undefined where the bytes are no checkpoint. */
function read(bytes: Buffer) {
  const end = bytes.indexOf("\n");
  const { data } = header.safeParse(parsed(bytes.toString("utf8", 0, Math.max(end, 0))));
  if (!data) return undefined;
  const { starts, binding } = data;
  return { starts, kept: binding === undefined ? undefined : { binding, state: bytes.subarray(end + 1) } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

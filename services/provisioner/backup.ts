import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { s3Env } from "@platform/kit/env.ts";
import type { Logger } from "@platform/kit/log.ts";
import { createMeter, type ObjectStore } from "@platform/kit/object-store.ts";
import { createS3ObjectStore } from "@platform/kit/s3-object-store.ts";
import {
  expired,
  keyOf,
  listBackups,
  readManifest,
  removeBackup,
  timePattern,
  writeManifest,
  type Manifest,
} from "./backup-catalog.ts";
import { whenUsable } from "./when-usable.ts";

const storeSettings = { ...s3Env, S3_BUCKET_BACKUPS: z.string() };

/** Environment of `backup-store`: the bucket, the directory of the dump, and the age at which backups are removed. */
export const storeBackupSettings = z.object({
  ...storeSettings,
  BACKUP_DIRECTORY: z.string(),
  KEEP_SECONDS: z.coerce.number().min(1),
});

/** Environment of `backup-fetch`: the bucket, the backup and the directory to put it into. */
export const fetchBackupSettings = z.object({
  ...storeSettings,
  BACKUP_DIRECTORY: z.string(),
  BACKUP_FROM: z
    .union([z.literal("latest"), z.string().regex(timePattern, "expected latest, or a time such as 20261121T060000Z")])
    .default("latest"),
});

/** Environment of `backup-list`. */
export const listBackupsSettings = z.object(storeSettings);

/** The bucket that a command works on. */
export interface Place {
  readonly store: ObjectStore;
  readonly bucket: string;
}

/** Runs a command on the store of the environment as soon as it can be reached. */
async function onStore<T>(
  env: z.infer<typeof listBackupsSettings>,
  log: Logger,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const store = createS3ObjectStore(env);
  try {
    await whenUsable(() => store.ping(), { what: `The object store at ${env.S3_ENDPOINT ?? "AWS"}`, log });
    return await use({ store, bucket: env.S3_BUCKET_BACKUPS });
  } finally {
    store.close();
  }
}

export const storeBackupCommand = (env: z.infer<typeof storeBackupSettings>, log: Logger) =>
  onStore(env, log, async (place) => {
    await storeBackup(place, env.BACKUP_DIRECTORY, log);
    await pruneBackups(place, Date.now(), env.KEEP_SECONDS * 1000, log);
  });

export const fetchBackupCommand = (env: z.infer<typeof fetchBackupSettings>, log: Logger) =>
  onStore(env, log, (place) => fetchBackup(place, env.BACKUP_FROM, env.BACKUP_DIRECTORY, log));

/** Prints the complete backups, newest first, as one line of JSON. Without that line the output is cut off. */
export const listBackupsCommand = (env: z.infer<typeof listBackupsSettings>, log: Logger) =>
  onStore(env, log, async ({ store, bucket }) => {
    const complete = (await listBackups(store, bucket)).filter((backup) => backup.complete);
    console.log(JSON.stringify({ backups: complete.map(({ time, parts }) => ({ time, parts })) }));
  });

/**
 * Stores the dump in the only subdirectory of `directory` that a time names.
 * @throws Error if there is none, or more than one
 */
export async function storeBackup({ store, bucket }: Place, directory: string, log: Logger): Promise<void> {
  const [time, ...others] = (await readdir(directory)).filter((name) => timePattern.test(name));
  if (time === undefined || others.length > 0)
    throw new Error(
      `${directory} should hold one dump, and holds ${time === undefined ? "none" : [time, ...others].join(", ")}.`,
    );
  const parts: Manifest["parts"] = [];
  for (const name of (await readdir(join(directory, time))).sort()) {
    parts.push({
      name,
      ...(await store.put(bucket, keyOf(time, name), createReadStream(join(directory, time, name)))),
    });
  }
  await writeManifest(store, bucket, { version: 1, time, parts });
  log.info({ backup: time, bytes: total(parts) }, `backup ${time} stored`);
}

/** Removes backups that are older than `keepMs` milliseconds. */
export async function pruneBackups({ store, bucket }: Place, now: number, keepMs: number, log: Logger): Promise<void> {
  for (const backup of expired(await listBackups(store, bucket), now, keepMs)) {
    await removeBackup(store, bucket, backup);
    log.info(`backup ${backup.time} removed`);
  }
}

/**
 * Puts a backup into a subdirectory of `directory` that is named by its time.
 * @throws Error if there is no such backup, or its bytes changed
 */
export async function fetchBackup(
  { store, bucket }: Place,
  from: string,
  directory: string,
  log: Logger,
): Promise<void> {
  const time = from === "latest" ? await latest({ store, bucket }) : from;
  const { parts } = await readManifest(store, bucket, time);
  await mkdir(join(directory, time));
  for (const part of parts) {
    const body = await store.get(bucket, keyOf(time, part.name));
    if (body === undefined)
      throw new Error(`The backup ${time} is not complete: ${part.name} is missing. Take another.`);
    const { meter, stored } = createMeter();
    await pipeline(body, meter, createWriteStream(join(directory, time, part.name)));
    const { bytes, sha256 } = stored();
    if (sha256 !== part.sha256) {
      throw new Error(
        `The backup ${time} is damaged: ${part.name} has ${bytes} bytes with the SHA-256 ${sha256}, and should have ${part.bytes} with ${part.sha256}. Take another.`,
      );
    }
  }
  log.info({ backup: time, bytes: total(parts) }, `backup ${time} fetched and verified`);
}

async function latest({ store, bucket }: Place): Promise<string> {
  const newest = (await listBackups(store, bucket)).find(({ complete }) => complete);
  if (newest === undefined) throw new Error(`There is no backup in the bucket ${bucket}.`);
  return newest.time;
}

function total(parts: Manifest["parts"]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

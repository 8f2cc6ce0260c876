import { z } from "zod";
import { parseJson } from "@platform/kit/json.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";

/*
 * A backup is a folder of the bucket, postgres/20261121T060000Z/, named by the time of its start in UTC. Its parts are
 * the files of pg_dump, one per database, and the roles. The manifest is written last and removed first, so a folder
 * without a manifest is incomplete.
 */
const folder = "postgres/";
const manifestName = "manifest.json";

/** ISO 8601 in its basic form, to the second: sorts by time, and is a file name everywhere. */
export const timePattern = /^\d{8}T\d{6}Z$/;

const manifestSchema = z.object({
  version: z.literal(1),
  time: z.string().regex(timePattern),
  parts: z
    .array(
      z.object({
        name: z.string().regex(/^[^/]+$/),
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A backup, or the parts of an incomplete one. */
export interface Backup {
  readonly time: string;
  readonly complete: boolean;
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

/** Returns the part's key in the bucket. */
export function keyOf(time: string, part: string): string {
  return `${folder}${time}/${part}`;
}

/** Converts a time that {@link timePattern} matches to milliseconds since 1970. */
export function instant(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

/** Lists the backups of the bucket, newest first. */
export async function listBackups(store: ObjectStore, bucket: string): Promise<Backup[]> {
  const objects = (await store.list(bucket, folder)).flatMap(({ key, bytes }) => {
    const [time = "", name, ...deeper] = key.slice(folder.length).split("/");
    return timePattern.test(time) && name !== undefined && deeper.length === 0 ? [{ time, name, bytes }] : [];
  });
  return [...Map.groupBy(objects, ({ time }) => time)]
    .map(([time, found]) => ({
      time,
      complete: found.some(({ name }) => name === manifestName),
      parts: found.filter(({ name }) => name !== manifestName).map(({ name, bytes }) => ({ name, bytes })),
    }))
    .sort((a, b) => (a.time < b.time ? 1 : -1));
}

/** Selects backups that started before `now - keepMs`, except the newest complete one. Times in ms since 1970. */
export function expired(backups: readonly Backup[], now: number, keepMs: number): Backup[] {
  const newest = backups
    .filter(({ complete }) => complete)
    .reduce((latest, { time }) => (time > latest ? time : latest), "");
  return backups.filter(({ time }) => time !== newest && instant(time) < now - keepMs);
}

export async function removeBackup(store: ObjectStore, bucket: string, { time, parts }: Backup): Promise<void> {
  for (const name of [manifestName, ...parts.map((part) => part.name)]) await store.remove(bucket, keyOf(time, name));
}

export async function writeManifest(store: ObjectStore, bucket: string, manifest: Manifest): Promise<void> {
  await store.put(bucket, keyOf(manifest.time, manifestName), Buffer.from(JSON.stringify(manifest)), {
    contentType: "application/json",
  });
}

/** @throws Error if there is no such backup, or its manifest cannot be read */
export async function readManifest(store: ObjectStore, bucket: string, time: string): Promise<Manifest> {
  const body = await store.get(bucket, keyOf(time, manifestName));
  if (body === undefined) throw new Error(`There is no backup ${time} in the bucket ${bucket}.`);
  const text = Buffer.concat(await body.toArray()).toString();
  const manifest = manifestSchema.safeParse(parseJson(text));
  if (manifest.success && manifest.data.time === time) return manifest.data;
  const reason = manifest.success
    ? `it is of ${manifest.data.time}`
    : z.prettifyError(manifest.error).replaceAll("\n", " ");
  throw new Error(
    `The manifest of the backup ${time} is broken, so the backup cannot be trusted (${reason}). Take another.`,
  );
}

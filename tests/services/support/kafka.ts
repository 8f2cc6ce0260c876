import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, stopServer } from "./child-server.ts";
import { freePort } from "./free-port.ts";
import { javaWith } from "./maven-jars.ts";
import { orSkip } from "./or-skip.ts";

export interface TestKafka {
  /** host:port */
  bootstrap: string;
  close(): Promise<void>;
}

/** Starts a broker; skips the test if this machine cannot run one. */
export const startKafka = (context: Mocha.Context): Promise<TestKafka> => orSkip(context, tryKafka, 300_000);

/** Starts a KRaft broker without logins, whose data `close` deletes; or returns why this machine cannot run one. */
export async function tryKafka(): Promise<TestKafka | string> {
  const found = javaWith("kafka", "a Kafka broker");
  if (typeof found === "string") return found;
  const folder = mkdtempSync(join(tmpdir(), "kafka-for-tests-"));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const settings = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    "log.dirs": join(folder, "data"),
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
  };
  const file = join(folder, "server.properties");
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
  );
  const java = ["-Xmx512M", "-cp", found.classPath];
  const formatted = spawnSync(
    found.java,
    [...java, "kafka.tools.StorageTool", "format", "--cluster-id", "MkU3OEVBNTcwNTJENDM2Qg", "--config", file],
    { encoding: "utf8" },
  );
  if (formatted.status !== 0)
    throw new Error(`Kafka's folder could not be made: ${formatted.stderr}${formatted.stdout}`);
  const child = await startServer(found.java, [...java, "kafka.Kafka", file], port);
  return {
    bootstrap: `127.0.0.1:${port}`,
    close: async () => {
      await stopServer(child);
      rmSync(folder, { recursive: true });
    },
  };
}

import type { z } from "zod";
import { ConfigurationError, readEnv } from "@chatdb/kit/env.ts";
import { createLogger, type Logger } from "@chatdb/kit/log.ts";
import { describe } from "./retry.ts";

type Command = (log: Logger) => Promise<void>;

function command<S extends z.ZodObject>(settings: S, run: (env: z.infer<S>, log: Logger) => Promise<void>): Command {
  return (log) => run(readEnv(settings), log);
}

/** Each loads what it needs alone: to load the clients of everything takes more than most commands do, and a deployment runs twenty of them at once. */
const commands: Record<string, () => Promise<Command>> = {
  database: () =>
    import("./database.ts").then(({ databaseSettings, provisionDatabase }) =>
      command(databaseSettings, provisionDatabase),
    ),
  "sample-data": () =>
    import("./sample-data.ts").then(({ sampleDataSettings, provisionSampleData }) =>
      command(sampleDataSettings, provisionSampleData),
    ),
  topics: () =>
    import("./topics.ts").then(({ topicSettings, provisionTopics }) => command(topicSettings, provisionTopics)),
  "kafka-user": () =>
    import("./kafka-user.ts").then(({ kafkaUserSettings, provisionKafkaUser }) =>
      command(kafkaUserSettings, provisionKafkaUser),
    ),
  buckets: () =>
    import("./buckets.ts").then(({ bucketSettings, provisionBuckets }) => command(bucketSettings, provisionBuckets)),
  "retire-database-user": () =>
    import("./retire-database-user.ts").then(({ retireDatabaseUserSettings, retireDatabaseUser }) =>
      command(retireDatabaseUserSettings, retireDatabaseUser),
    ),
  "retire-bucket-user": () =>
    import("./retire-bucket-user.ts").then(({ retireBucketUserSettings, retireBucketUser }) =>
      command(retireBucketUserSettings, retireBucketUser),
    ),
  "retire-kafka-user": () =>
    import("./retire-kafka-user.ts").then(({ retireKafkaUserSettings, retireKafkaUser }) =>
      command(retireKafkaUserSettings, retireKafkaUser),
    ),
  "backup-store": () =>
    import("./backup.ts").then(({ storeBackupSettings, storeBackupCommand }) =>
      command(storeBackupSettings, storeBackupCommand),
    ),
  "backup-fetch": () =>
    import("./backup.ts").then(({ fetchBackupSettings, fetchBackupCommand }) =>
      command(fetchBackupSettings, fetchBackupCommand),
    ),
  "backup-list": () =>
    import("./backup.ts").then(({ listBackupsSettings, listBackupsCommand }) =>
      command(listBackupsSettings, listBackupsCommand),
    ),
};

/** Exit codes: 0 done or nothing to do, 1 it failed, 2 the command or its environment is wrong. */
async function main(name: string | undefined): Promise<number> {
  const load = commands[name ?? ""];
  if (load === undefined) {
    console.error(
      `provisioner: expected one command of ${Object.keys(commands).join(", ")}${name === undefined ? "" : `, not ${name}`}`,
    );
    return 2;
  }
  try {
    const run = await load();
    await run(createLogger(`provisioner ${name}`));
    return 0;
  } catch (error) {
    console.error(`provisioner ${name}: ${describe(error)}`);
    return error instanceof ConfigurationError ? 2 : 1;
  }
}

process.exitCode = await main(process.argv[2]);

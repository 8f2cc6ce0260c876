import { command, runCommand, type Command } from "./command.ts";

/**
 * Commands by name. Each loads only its own clients: loading all takes longer than most commands, and a deployment runs
 * twenty at once.
 */
const commands: Record<string, () => Promise<Command>> = {
  database: () =>
    import("./database.ts").then(({ databaseSettings, provisionDatabase }) =>
      command(databaseSettings, provisionDatabase),
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
    import("./database.ts").then(({ retireDatabaseUserSettings, retireDatabaseUser }) =>
      command(retireDatabaseUserSettings, retireDatabaseUser),
    ),
  "retire-bucket-user": () =>
    import("./buckets.ts").then(({ retireBucketUserSettings, retireBucketUser }) =>
      command(retireBucketUserSettings, retireBucketUser),
    ),
  "retire-kafka-user": () =>
    import("./kafka-user.ts").then(({ retireKafkaUserSettings, retireKafkaUser }) =>
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

/** Returns the exit code: 0 done or nothing to do, 1 failure, 2 wrong command or environment. */
async function main(name: string | undefined): Promise<number> {
  const load = commands[name ?? ""];
  if (load !== undefined) return runCommand(`provisioner ${name}`, load);
  console.error(
    `provisioner: expected one command of ${Object.keys(commands).join(", ")}${name === undefined ? "" : `, not ${name}`}`,
  );
  return 2;
}

process.exitCode = await main(process.argv[2]);

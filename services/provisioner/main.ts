import type { z } from "zod";
import { ConfigurationError, readEnv } from "@chatdb/kit/env.ts";
import { createLogger, type Logger } from "@chatdb/kit/log.ts";
import {
  fetchBackupCommand,
  fetchBackupSettings,
  listBackupsCommand,
  listBackupsSettings,
  storeBackupCommand,
  storeBackupSettings,
} from "./backup.ts";
import { bucketSettings, provisionBuckets } from "./buckets.ts";
import { databaseSettings, provisionDatabase } from "./database.ts";
import { kafkaUserSettings, provisionKafkaUser } from "./kafka-user.ts";
import * as retire from "./retire.ts";
import { describe } from "./retry.ts";
import { provisionSampleData, sampleDataSettings } from "./sample-data.ts";
import { provisionTopics, topicSettings } from "./topics.ts";

type Command = (log: Logger) => Promise<void>;

function command<S extends z.ZodObject>(settings: S, run: (env: z.infer<S>, log: Logger) => Promise<void>): Command {
  return (log) => run(readEnv(settings), log);
}

const commands: Record<string, Command> = {
  database: command(databaseSettings, provisionDatabase),
  "sample-data": command(sampleDataSettings, provisionSampleData),
  topics: command(topicSettings, provisionTopics),
  "kafka-user": command(kafkaUserSettings, provisionKafkaUser),
  buckets: command(bucketSettings, provisionBuckets),
  "retire-database-user": command(retire.retireDatabaseUserSettings, retire.retireDatabaseUser),
  "retire-bucket-user": command(retire.retireBucketUserSettings, retire.retireBucketUser),
  "retire-kafka-user": command(retire.retireKafkaUserSettings, retire.retireKafkaUser),
  "backup-store": command(storeBackupSettings, storeBackupCommand),
  "backup-fetch": command(fetchBackupSettings, fetchBackupCommand),
  "backup-list": command(listBackupsSettings, listBackupsCommand),
};

/** Exit codes: 0 done or nothing to do, 1 it failed, 2 the command or its environment is wrong. */
async function main(name: string | undefined): Promise<number> {
  const run = commands[name ?? ""];
  if (run === undefined) {
    console.error(`provisioner: expected one command of ${Object.keys(commands).join(", ")}${name === undefined ? "" : `, not ${name}`}`);
    return 2;
  }
  try {
    await run(createLogger(`provisioner ${name}`));
    return 0;
  } catch (error) {
    console.error(`provisioner ${name}: ${describe(error)}`);
    return error instanceof ConfigurationError ? 2 : 1;
  }
}

process.exitCode = await main(process.argv[2]);

import { readEnv, serverEnv } from "@chatdb/kit/env.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { runService } from "@chatdb/kit/run.ts";
import { z } from "zod";
import { readDataSources } from "./data-source.ts";
import { createService } from "./service.ts";

const name = "db-connector";
const { PORT: port, HOST: host, LOG_LEVEL: level } = readEnv(z.object(serverEnv));

await runService({
  name,
  host,
  port,
  create: () => createService({ dataSources: readDataSources(), log: createLogger(name, level) }),
});

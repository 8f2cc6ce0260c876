import { runService } from "@chatdb/kit/run.ts";
import { readDataSources } from "./data-source.ts";
import { createService } from "./service.ts";

await runService({
  name: "db-connector",
  create: (_env, log) => createService({ dataSources: readDataSources(), log }),
});

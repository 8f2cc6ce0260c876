import { readEnv, serverEnv, serviceUrl } from "@chatdb/kit/env.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { runService } from "@chatdb/kit/run.ts";
import { z } from "zod";
import { createService } from "./service.ts";

const name = "test-service";
const env = readEnv(z.object({ ...serverEnv, GATEWAY_URL: serviceUrl }));

await runService({
  name,
  host: env.HOST,
  port: env.PORT,
  create: () => createService({ gatewayUrl: env.GATEWAY_URL, log: createLogger(name, env.LOG_LEVEL) }),
});

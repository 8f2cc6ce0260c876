import { serviceUrl } from "@chatdb/kit/env.ts";
import { runService } from "@chatdb/kit/run.ts";
import { createService } from "./service.ts";

await runService({
  name: "test-service",
  env: { GATEWAY_URL: serviceUrl },
  create: (env, log) => createService({ gatewayUrl: env.GATEWAY_URL, log }),
});

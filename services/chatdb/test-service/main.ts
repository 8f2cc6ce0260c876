import { serviceUrl } from "@platform/kit/env.ts";
import { runService } from "@platform/kit/run.ts";
import { createService } from "./service.ts";

await runService({
  name: "test-service",
  env: { GATEWAY_URL: serviceUrl },
  create: (env, log) => createService({ gatewayUrl: env.GATEWAY_URL, log }),
});

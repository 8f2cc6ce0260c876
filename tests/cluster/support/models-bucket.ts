import { readEnv, s3Env } from "@platform/kit/env.ts";
import { z } from "zod";
import { createS3ObjectStore } from "@platform/kit/s3-object-store.ts";
import { kubectl, portForward } from "./kubectl.ts";
import { node } from "./outside.ts";

/** Keys of all objects in the registry's bucket of artifacts, listed with the registry's own login. */
export async function keysOfModels(): Promise<string[]> {
  const given = JSON.parse(
    await kubectl(
      "exec",
      "--namespace=chatdb-services",
      "deployment/model-registry",
      "--",
      node,
      "--print",
      "JSON.stringify(process.env)",
    ),
  ) as Record<string, string>;
  const { hostname, port } = new URL(given.S3_ENDPOINT!);
  const [service, namespace] = hostname.split(".") as [string, string];
  const forward = await portForward(namespace, `service/${service}`, Number(port));
  const objects = createS3ObjectStore({ ...readEnv(z.object(s3Env), given), S3_ENDPOINT: forward.url });
  try {
    return (await objects.list(given.S3_BUCKET_MODELS!)).map(({ key }) => key);
  } finally {
    objects.close();
    forward.close();
  }
}

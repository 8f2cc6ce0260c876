import { randomUUID } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { datasetLocation } from "@chatdb/contracts/datasets.ts";
import type { jobAccepted, JobRequest } from "@chatdb/contracts/jobs.ts";
import { modelName } from "@chatdb/contracts/models.ts";
import { datasetNameOf, modelNameOf } from "@chatdb/contracts/names.ts";
import { trainingParameters } from "@chatdb/contracts/training-parameters.ts";
import type { z } from "zod";
import { followJob } from "./follow.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes, UsageError, type Settings } from "./options.ts";
import { print, tell, type Terminal } from "./terminal.ts";
import { isPassing } from "./training-gateway.ts";

/** Times that a job is handed in while the gateway or a service behind it is away, and the pause between, in ms. */
const attempts = 5;
const pauseMs = 1000;

/** `chatdb train`: uploads the file, hands in the job and, where asked to, follows it. */
export async function train(
  [data]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const isLocation = datasetLocation.safeParse(data).success;
  const dataset = isLocation ? basename(data!.replace(/[?#].*/, "")) : basename(data!);
  const request = { ...requestOf(settings, datasetNameOf(dataset)), dataset_location: data! };
  if (!isLocation) request.dataset_location = await sent(data!, gateway, terminal);
  const accepted = await submitted(request, gateway);
  if (settings.follow) {
    tell(terminal, `Job ${accepted.job_id}`);
    return await followJob(accepted.job_id, settings, gateway, terminal);
  }
  print(terminal, settings.format === "json" ? JSON.stringify(accepted, undefined, 2) : accepted.job_id);
  tell(terminal, `The training is on record. To follow it: chatdb jobs ${accepted.job_id} --follow`);
  return exitCodes.rows;
}

/** @throws UsageError with everything that is wrong */
function requestOf(
  { target, model, family, set, priority }: Settings,
  dataset: string,
): Omit<Partial<JobRequest>, "dataset_location"> {
  const name = modelName.safeParse(model ?? modelNameOf(dataset));
  const parameters = trainingParameters.safeParse({
    ...Object.fromEntries(set.map(parameterOf)),
    ...(family !== undefined && { family }),
  });
  const problems = [
    ...(name.success ? [] : name.error.issues.map(({ message }) => `--model: ${message}`)),
    ...(parameters.success
      ? []
      : parameters.error.issues.map(({ path, message }) => `--set ${path.join(".")}: ${message}`)),
  ];
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return {
    model_name: name.data!,
    parameters: parameters.data,
    ...(target !== undefined && { target }),
    ...(priority !== undefined && { priority }),
  };
}

/** `trees=200`: a number where it reads like one. */
function parameterOf(text: string): [string, string | number] {
  const [name, ...rest] = text.split("=");
  const value = rest.join("=");
  return [name!, Number.isNaN(Number(value)) ? value : Number(value)];
}

/** Uploads a file. @returns the dataset's location */
async function sent(file: string, gateway: Gateway, terminal: Terminal): Promise<string> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile())
    throw new UsageError(`there is no file ${file}, and it is no location such as s3://datasets/houses.csv`);
  const name = datasetNameOf(basename(file));
  const { location, bytes } = await gateway.upload(name, createReadStream(file));
  tell(terminal, `Sent ${file}: ${bytes} bytes, ${location}`);
  return location;
}

/** By the same key each time: however often it arrives, it is one job. */
async function submitted(request: Partial<JobRequest>, gateway: Gateway): Promise<z.infer<typeof jobAccepted>> {
  const key = randomUUID();
  for (let attempt = 1; ; attempt++) {
    try {
      return await gateway.submit(request, key);
    } catch (error) {
      if (attempt === attempts || !isPassing(error)) throw error;
    }
    await delay(pauseMs);
  }
}

import { randomUUID } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { datasetLocation } from "@chatdb/contracts/datasets.ts";
import type { jobAccepted, JobRequest } from "@chatdb/contracts/jobs.ts";
import { modelName } from "@chatdb/contracts/models.ts";
import { datasetNameOf, modelNameOf } from "@chatdb/contracts/names.ts";
import { trainingParameters } from "@chatdb/contracts/training-parameters.ts";
import { retry } from "@platform/kit/retry.ts";
import type { z } from "zod";
import { followJob } from "./follow.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { print, report, type Terminal } from "./terminal.ts";

/** Submits a job five times, a second apart, while the gateway or a service behind it is unavailable. */
const submission = { attempts: 5, pauseMs: 1000, maxPauseMs: 1000 };

/** `chatdb train`: uploads the file, submits the job and, with --follow, waits for its end. */
export async function train(
  [data]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const isLocation = datasetLocation.safeParse(data).success;
  const dataset = isLocation ? basename(data!.replace(/[?#].*/, "")) : basename(data!);
  const request = { ...requestOf(settings, datasetNameOf(dataset)), dataset_location: data! };
  if (!isLocation) request.dataset_location = await upload(data!, gateway, terminal);
  const accepted = await submit(request, gateway);
  if (settings.follow) {
    report(terminal, `Job ${accepted.job_id}`);
    return await followJob(accepted.job_id, settings, gateway, terminal);
  }
  print(terminal, settings.format === "json" ? JSON.stringify(accepted, undefined, 2) : accepted.job_id);
  report(terminal, `The training is on record. To follow it: chatdb jobs ${accepted.job_id} --follow`);
  return exitCodes.success;
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

/** Parses `trees=200`; a value that looks like a number becomes one. */
function parameterOf(text: string): [string, string | number] {
  const [name, ...rest] = text.split("=");
  const value = rest.join("=");
  return [name!, Number.isNaN(Number(value)) ? value : Number(value)];
}

/** Uploads a file. @returns the dataset's location */
async function upload(file: string, gateway: Gateway, terminal: Terminal): Promise<string> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile())
    throw new UsageError(`there is no file ${file}, and it is no location such as s3://datasets/houses.csv`);
  const name = datasetNameOf(basename(file));
  const { location, bytes } = await gateway.upload(name, createReadStream(file));
  report(terminal, `Sent ${file}: ${bytes} bytes, ${location}`);
  return location;
}

/** Sends the same key each time, so that a submission that arrives twice is one job. */
async function submit(request: Partial<JobRequest>, gateway: Gateway): Promise<z.infer<typeof jobAccepted>> {
  const key = randomUUID();
  return await retry(() => gateway.submit(request, key), submission);
}

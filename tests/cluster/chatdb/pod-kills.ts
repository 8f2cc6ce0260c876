import { expect } from "chai";
import { linearCsv, succeeded, type Gateway } from "../support/gateway.ts";
import { kubectl, podsOf, until } from "../support/kubectl.ts";
import { layers } from "./layers.ts";

/**
 * Deletes a pod of each of the named workloads by force, one after the other, with two jobs on their way each time.
 * Expects that every accepted job succeeds and that the sample shop has its rows.
 */
export async function loseNothingWhenKilled(gateway: Gateway, killed: readonly string[]): Promise<void> {
  await gateway.put("/api/datasets/kill.csv", linearCsv());
  const rows = async () => (await gateway.post<{ rows: unknown[][] }>("/api/query", question)).rows;
  const before = await rows();
  const accepted: string[] = [];
  for (const { namespace, names } of layers)
    for (const name of names.filter((name) => killed.includes(name))) {
      for (let job = 0; job < 2; job++) accepted.push(await submit(gateway, `kill-${name}`));
      await kill(namespace, name);
    }
  for (const id of accepted) await succeeded(gateway, id);
  expect(await until("the database answers", 60, rows)).to.deep.equal(before);
}

const question = { query: "list customers in Germany" };

/** Submits a job until it is accepted: a service whose pod was just killed may refuse it. */
async function submit(gateway: Gateway, model_name: string): Promise<string> {
  const job = { model_name, dataset_location: "s3://datasets/kill.csv", target: "y" };
  return (await until("a job is accepted", 60, () => gateway.post<{ job_id: string }>("/api/jobs", job))).job_id;
}

async function kill(namespace: string, name: string): Promise<void> {
  const [victim] = await podsOf(namespace, name);
  await kubectl("delete", "pod", "--namespace", namespace, victim!.metadata.name, "--grace-period=0", "--force");
  await until(`${name} is back`, 180, async () => {
    const pods = await podsOf(namespace, name);
    const fresh = pods.filter(({ metadata }) => metadata.uid !== victim!.metadata.uid);
    return fresh.length > 0 && fresh.every(({ status }) => status.containerStatuses?.every(({ ready }) => ready))
      ? true
      : undefined;
  });
}

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { buffer } from "node:stream/consumers";
import { expect } from "chai";
import { trainingEvent, type TrainingEvent } from "@chatdb/contracts/jobs.ts";
import { mulberry32 } from "@chatdb/ml-engine/training/seeded-random.ts";
import { eventually } from "../../support/eventually.ts";
import { startTrainingStack, type TrainingStack } from "../support/training-stack.ts";

const program = fileURLToPath(new URL("../support/engine-process.ts", import.meta.url));

describe("a killed engine", function () {
  this.timeout(240_000);
  let stack: TrainingStack;
  const children = new Set<ReturnType<typeof spawn>>();
  before(async () => {
    stack = await startTrainingStack();
    const random = mulberry32(7);
    const rows = Array.from({ length: 20_000 }, () => {
      const x = Array.from({ length: 8 }, () => random().toFixed(5));
      return [...x, (Math.sin(9 * Number(x[0])) * Number(x[1]) + Number(x[2]) ** 2 + random() / 10).toFixed(5)].join(
        ",",
      );
    });
    await stack.upload(
      "waves.csv",
      [`${Array.from({ length: 8 }, (_, n) => `x${n}`).join(",")},y`, ...rows].join("\n"),
    );
  });
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    children.clear();
  });
  after(() => stack.close());

  const start = (job: object) => {
    const settings = { folder: stack.folder, modelRegistryUrl: stack.modelRegistryUrl, checkpointMs: 50 };
    const child = spawn(process.execPath, [program, JSON.stringify(settings), JSON.stringify(job)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.add(child);
    const events: TrainingEvent[] = [];
    createInterface(child.stdout).on("line", (line) => events.push(trainingEvent.parse(JSON.parse(line))));
    const succeeded = () =>
      eventually(
        () => expect(events.at(-1), JSON.stringify(events.at(-1))).to.deep.include({ kind: "succeeded" }),
        120_000,
      );
    return { child, events, succeeded };
  };
  /** Kills it once it has kept a state of some trees. */
  const killedInTheMidst = async ({ job_id }: { job_id: string }, child: ReturnType<typeof spawn>) => {
    await eventually(
      async () => expect((await stack.objects.head("checkpoints", `${job_id}/1`))?.bytes).to.be.above(10_000),
      120_000,
    );
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  const newJob = () => ({
    job_id: randomUUID(),
    attempt: 1,
    model_name: `model-${randomUUID()}`,
    dataset_location: "s3://datasets/waves.csv",
    parameters: { family: "boosted-trees", trees: 300 },
  });
  const registered = async ({ model_name }: { model_name: string }) => {
    const versions = await stack.versionsOf(model_name);
    expect(versions).to.have.length(1);
    return versions[0]!;
  };

  it("is resumed by another one with the same bytes", async () => {
    const [job, unharmed] = [newJob(), newJob()];
    const first = start(job);
    await killedInTheMidst(job, first.child);
    expect(first.events.map(({ kind }) => kind))
      .to.include("started")
      .and.not.include("succeeded");

    const second = start(job);
    await second.succeeded();
    expect(second.events.flatMap((event) => (event.kind === "log" ? [event.text] : []))).to.include(
      "Resumes from where an earlier start of this attempt was interrupted.",
    );
    const third = start(unharmed);
    await third.succeeded();
    expect(third.events.flatMap((event) => (event.kind === "log" ? [event.text] : [])).join()).to.not.include(
      "Resumes",
    );
    const [one, other] = [await registered(job), await registered(unharmed)];
    expect(one.sha256).to.equal(other.sha256);
    expect(one.metrics).to.deep.equal(other.metrics);
    expect(one.evaluation).to.deep.equal(other.evaluation);
    await eventually(async () => expect(await stack.objects.list("checkpoints")).to.deep.equal([]));
  });

  it("is followed by a fresh start if the dataset has changed", async () => {
    const job = { ...newJob(), dataset_location: "s3://datasets/changing.csv" };
    const copy = (rows: number) =>
      Array.from(
        { length: rows },
        (_, n) => `${Math.sin(n).toFixed(4)},${Math.cos(n * n).toFixed(4)},${(n % 97) / 10}`,
      ).join("\n");
    await stack.upload("changing.csv", `a,b,c\n${copy(20_000)}`);
    const first = start(job);
    await killedInTheMidst(job, first.child);
    await stack.upload("changing.csv", `a,b,c\n${copy(2000)}`);
    const second = start(job);
    await second.succeeded();
    expect(second.events.flatMap((event) => (event.kind === "log" ? [event.text] : []))).to.include(
      "Starts from the beginning: the state that an earlier start saved is damaged, or belongs to other data or another version of the program.",
    );
  });

  it("is followed by a fresh start with the same bytes if the checkpoint is damaged", async () => {
    const [job, unharmed] = [newJob(), newJob()];
    await killedInTheMidst(job, start(job).child);
    const key = `${job.job_id}/1`;
    const kept = await buffer((await stack.objects.get("checkpoints", key))!);
    await stack.objects.put("checkpoints", key, kept.subarray(0, -100));
    const [second, whole] = [start(job), start(unharmed)];
    await second.succeeded();
    await whole.succeeded();
    expect(second.events.flatMap((event) => (event.kind === "log" ? [event.text] : []))).to.include(
      "Starts from the beginning: the state that an earlier start saved is damaged, or belongs to other data or another version of the program.",
    );
    expect((await registered(job)).sha256).to.equal((await registered(unharmed)).sha256);
  });
});

import { topics } from "@chatdb/contracts/topics.ts";
import { deadLetterOf } from "@platform/kit/dead-letters.ts";
import type { JobEvent, AttemptCancellation } from "@chatdb/contracts/jobs.ts";
import { sql, type Transaction } from "kysely";
import { columnsOf, sentAttempt, stateOf, trainingJobOf, type JobRow } from "./job-row.ts";
import { failuresOf, type RetryPause } from "./job-retry.ts";
import { applyFact, type Fact, type JobState } from "./job-state.ts";
import type { OrchestratorTables } from "./tables.ts";
import { storedJson, storedText } from "./stored-text.ts";

type Entry = Omit<JobEvent, "number" | "attempt">;
interface Message {
  topic: string;
  value: unknown;
}

/**
 * Records a fact: the job's new state, entries of its history and messages to others, all in the transaction that has
 * locked the job's row.
 */
export async function record(
  transaction: Transaction<OrchestratorTables>,
  row: JobRow,
  fact: Fact,
  pause: RetryPause,
): Promise<JobRow> {
  const before = stateOf(row);
  const after = applyFact(before, fact);
  const retries = after.phase === "retrying" && before.phase !== "retrying";
  const next = retries
    ? sql<Date>`now() + ${pause(failuresOf(after, row.max_attempts))} * interval '1 ms'`
    : after.phase === "retrying"
      ? row.next_attempt_at
      : null;
  const entries = entriesOf(before, after, fact);
  const columns = columnsOf(after);
  const updated = await transaction
    .updateTable("jobs")
    .set({
      ...columns,
      step: columns.step && storedText(columns.step),
      error: columns.error && storedText(columns.error),
      next_attempt_at: next,
      ...(fact.attempt === after.attempt && { heard_at: sql<Date>`now()` }),
      entries: row.entries + entries.length,
    })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await write(transaction, row, { attempt: fact.attempt, entries, messages: messagesOf(row, before, after, fact) });
  return updated;
}

/** Sends the latest attempt once more; engines recognise it as the same attempt. */
export async function resend(transaction: Transaction<OrchestratorTables>, row: JobRow, reason: string): Promise<void> {
  await transaction
    .updateTable("jobs")
    .set({ heard_at: sql<Date>`now()`, entries: row.entries + 1 })
    .where("id", "=", row.id)
    .execute();
  const entry: Entry = { kind: "sent", at: new Date().toISOString(), text: reason };
  await write(transaction, row, {
    attempt: row.attempt,
    entries: [entry],
    messages: [{ topic: topics.trainingJobs, value: trainingJobOf(row, row.attempt) }],
  });
}

interface Writing {
  attempt: number;
  entries: Entry[];
  messages: Message[];
}

async function write(
  transaction: Transaction<OrchestratorTables>,
  row: JobRow,
  { attempt, entries, messages }: Writing,
): Promise<void> {
  if (entries.length > 0) {
    const rows = entries.map(({ kind, at, text, progress }, index) => ({
      job_id: row.id,
      number: row.entries + 1 + index,
      kind,
      attempt,
      at: new Date(at),
      text: text === undefined ? null : storedText(text),
      progress: progress ?? null,
    }));
    await transaction
      .insertInto("job_events")
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  if (messages.length > 0) {
    const rows = messages.map(({ topic, value }) => ({ topic, key: row.id, value: storedJson(value) }));
    await transaction.insertInto("outbox").values(rows).execute();
  }
}

function entriesOf(before: JobState, after: JobState, fact: Fact): Entry[] {
  const { at } = fact;
  const entries: Entry[] = [];
  if (after.phase !== before.phase || after.attempt !== before.attempt) {
    entries.push({ kind: after.phase, at, ...(after.error !== undefined && { text: after.error }) });
  }
  // Only progress that a reader would notice becomes an entry.
  const moved = Math.floor(after.progress * 100) !== Math.floor(before.progress * 100) || after.step !== before.step;
  if (fact.kind === "progress" && after.phase === "started" && moved)
    entries.push({
      kind: "progress",
      at,
      progress: after.progress,
      ...(after.step !== undefined && { text: after.step }),
    });
  if (fact.kind === "log") entries.push({ kind: "log", at, text: fact.text });
  return entries;
}

function messagesOf(row: JobRow, before: JobState, after: JobState, fact: Fact): Message[] {
  if (after.phase === before.phase && after.attempt === before.attempt) return [];
  const messages: Message[] = [];
  if (fact.kind === "sent") messages.push({ topic: topics.trainingJobs, value: trainingJobOf(row, after.attempt) });
  if (fact.kind === "cancelled" || fact.kind === "timed out") {
    const cancellation: AttemptCancellation = {
      job_id: row.id,
      up_to_attempt: sentAttempt(after),
      reason: fact.kind,
      at: fact.at,
    };
    if (cancellation.up_to_attempt > 0) messages.push({ topic: topics.trainingControl, value: cancellation });
  }
  if ((fact.kind === "failed" && fact.transient) || fact.kind === "stopped") {
    const letter = deadLetterOf(
      { topic: topics.trainingJobs, key: row.id, value: trainingJobOf(row, after.attempt) },
      after.error ?? fact.kind,
      fact.at,
    );
    if (after.phase === "failed") messages.push({ topic: topics.trainingDeadLetters, value: letter });
  }
  return messages;
}

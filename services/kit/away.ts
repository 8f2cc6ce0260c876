/** What passes with time: the network's failures, and PostgreSQL's classes 08 (connection), 53 (no disk, memory or connection left) and 57P (shutting down, starting up). */
const passing = /^(E(CONNREFUSED|CONNRESET|HOSTUNREACH|PIPE|TIMEDOUT|AI_AGAIN)|08...|53...|57P0.)$/;
/** pg gives these no code. */
const brokenOff =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether an error says that a server is away for the moment: nothing is wrong with what was asked, and asking again may help. */
export function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isAway);
  if (!(error instanceof Error)) return false;
  return passing.test((error as NodeJS.ErrnoException).code ?? "") || brokenOff.test(error.message);
}

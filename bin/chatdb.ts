#!/usr/bin/env node
/* chatdb: asks a database in plain English, from a terminal. */
import { run } from "@chatdb/cli/run.ts";

// Who reads the output may have had enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`chatdb: the output cannot be written: ${error.message}\n`);
  process.exit(1);
});
process.exitCode = await run(process.argv.slice(2), process);

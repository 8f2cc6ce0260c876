/* Part of npm run lint: directions of imports, services that keep apart, no circles. docs/architecture.md has the rules. */
import { importGraph } from "./import-graph.ts";
import { importProblems } from "./import-rules.ts";

const problems = importProblems(importGraph());
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

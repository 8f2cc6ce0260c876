import type { Run, Scenario, Step } from "./report.ts";

const labels = { passed: "Passed", failed: "Failed", skipped: "Skipped", running: "Running" } as const;

const style = `
:root { color-scheme: light dark; --line: #8886; --passed: #1a7f37; --failed: #cf222e; --muted: #6e7781 }
@media (prefers-color-scheme: dark) { :root { --passed: #3fb950; --failed: #ff7b72; --muted: #9da7b1 } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
th:nth-child(1) { width: 14rem } th:nth-child(2), th:nth-child(3) { width: 4.5rem } th.time { text-align: right }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line) }
td.time { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: 0 1rem; margin: 0 }
dt { color: var(--muted) } dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .875rem }
.status { font-weight: 600; white-space: nowrap } .passed { color: var(--passed) } .failed { color: var(--failed) } .skipped { color: var(--muted) }
.error { color: var(--failed); margin: 0 }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr } th:nth-child(1) { width: auto } }`;

/** Renders a run as a page without scripts or other files. It reloads itself while the run is running. */
export function reportPage(run: Run): string {
  const { run_id, status, gateway, started_at, finished_at, scenarios } = run;
  const took = finished_at === undefined ? undefined : Date.parse(finished_at) - Date.parse(started_at);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${status === "running" ? '<meta http-equiv="refresh" content="2">' : ""}
<title>${labels[status]}: ChatDB test run</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>ChatDB test run: ${mark(status)}</h1>
<dl>
<dt>Run</dt><dd>${escape(run_id)}</dd>
<dt>Gateway</dt><dd>${escape(gateway)}</dd>
<dt>Started</dt><dd><time datetime="${started_at}">${started_at}</time></dd>
${took === undefined ? "" : `<dt>Took</dt><dd>${seconds(took)}</dd>`}
</dl>
${scenarios.map(section).join("\n")}
</main>
</body>
</html>
`;
}

function section({ name, status, took_ms, steps }: Scenario): string {
  return `<section>
<h2>${escape(name)}: ${mark(status)}, ${seconds(took_ms)}</h2>
<table>
<thead><tr><th scope="col">Step</th><th scope="col">Status</th><th scope="col" class="time">Time</th><th scope="col">Evidence</th></tr></thead>
<tbody>
${steps.map(row).join("\n")}
</tbody>
</table>
</section>`;
}

function row({ name, status, took_ms, evidence, error }: Step): string {
  const facts = Object.entries(evidence).map(
    ([key, value]) => `<dt>${escape(key.replaceAll("_", " "))}</dt><dd>${escape(text(value))}</dd>`,
  );
  const reason = error === undefined ? "" : `<p class="error">${escape(error)}</p>`;
  return `<tr><th scope="row">${escape(name)}</th><td>${mark(status)}</td><td class="time">${seconds(took_ms)}</td><td>${reason}<dl>${facts.join("")}</dl></td></tr>`;
}

function mark(status: keyof typeof labels): string {
  return `<span class="status ${status}">${labels[status]}</span>`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Formats evidence. Numbers have six digits, the JSON of the run has all; spaces after commas let long lists wrap. */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  const short = (_key: string, each: unknown) =>
    typeof each === "number" && !Number.isInteger(each) ? Number(each.toPrecision(6)) : each;
  return JSON.stringify(value, short, 1).replaceAll(/\n */g, " ");
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escape(value: string): string {
  return value.replace(/[&<>"']/g, (character) => entities[character]!);
}

import { quantile } from "../figures.ts";
import type { Measured, Measurement } from "./measure.ts";
import { shapes } from "./query-shape.ts";

export interface ReportOptions {
  /** Omits the reasons of unanswered and wrong questions. Default false. */
  onlyFigures?: boolean;
  /** Prints only the totals. Default false. */
  brief?: boolean;
}

/** Formats the figures of a set for people. */
export function reportOf(
  name: string,
  { questions, cpuSeconds }: Measurement,
  { onlyFigures = false, brief = false }: ReportOptions = {},
): string {
  const usable = questions.filter(({ verdict }) => verdict !== "unusable");
  const unusable = questions.filter(({ verdict }) => verdict === "unusable");
  const at = (share: number) =>
    quantile(
      questions.map(({ ms }) => ms),
      share,
    ).toFixed(2);
  const kinds = counted(unusable.map(({ why }) => why!.split(":")[0]!)).map(([why, count]) => `${count} ${why}`);
  const headline = [
    `${name}: ${usable.length} questions${unusable.length > 0 ? `, and ${unusable.length} left out (${kinds.join(", ")})` : ""}`,
    figures("all", usable),
  ];
  if (brief) return headline.join("\n");
  return [
    ...headline,
    ...[...new Set([...shapes, ...usable.map(({ shape }) => shape)])].flatMap((shape) => {
      const some = usable.filter((each) => each.shape === shape);
      return some.length > 0 ? [figures(shape, some)] : [];
    }),
    ...clarifications(usable),
    `parsing: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${Math.round(questions.length / cpuSeconds)} questions per CPU-second`,
    ...(onlyFigures
      ? []
      : (["unanswered", "wrong"] as const).flatMap((verdict) =>
          reasons(
            verdict,
            usable.filter((each) => each.verdict === verdict),
          ),
        )),
  ].join("\n");
}

function figures(title: string, questions: readonly Measured[]): string {
  const right = questions.filter(({ verdict }) => verdict === "right").length;
  const answered = questions.filter(({ verdict }) => verdict !== "unanswered").length;
  const parts = [
    `accuracy ${percent(right, questions.length)}`,
    `coverage ${percent(answered, questions.length)}`,
    `precision ${percent(right, answered)}`,
  ];
  return `  ${title.padEnd(14)} ${String(questions.length).padStart(5)}  ${parts.join("  ")}  (${right} right of ${answered} answered)`;
}

const percent = (part: number, whole: number) =>
  whole === 0 ? "     -" : `${((100 * part) / whole).toFixed(1)}%`.padStart(6);

function clarifications(questions: readonly Measured[]): string[] {
  const offering = questions.filter(({ offered }) => offered !== undefined);
  const right = offering.filter(({ offered }) => offered).length;
  return offering.length > 0
    ? [
        `clarifications with alternatives: ${offering.length}, the right one among them: ${right} (${percent(right, offering.length).trim()})`,
      ]
    : [];
}

const shown = 12;

function reasons(title: string, questions: readonly Measured[]): string[] {
  if (questions.length === 0) return [];
  const counts = counted(questions.map(({ why }) => why!.slice(0, 100)));
  const rest = counts.slice(shown).reduce((sum, [, count]) => sum + count, 0);
  const lines = counts.slice(0, shown).map(([why, count]) => `  ${String(count).padStart(5)}  ${why}`);
  return [
    `${title}:`,
    ...lines,
    ...(rest > 0 ? [`  ${String(rest).padStart(5)}  for ${counts.length - shown} other reasons`] : []),
  ];
}

function counted(items: readonly string[]): [string, number][] {
  const counts = [...Map.groupBy(items, (item) => item)].map(([item, all]): [string, number] => [item, all.length]);
  return counts.sort(([, left], [, right]) => right - left);
}

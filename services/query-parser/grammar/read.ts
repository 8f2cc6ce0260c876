import { emptyDraft, type Draft } from "../draft.ts";
import { functionWords, leads, openings } from "../lexicon.ts";
import { hintsFor } from "../hints.ts";
import { Refusal } from "../refusal.ts";
import { Scanner } from "../scanner.ts";
import type { SchemaIndex } from "../schema-index.ts";
import { columnCondition, comparative, naming, numberCondition, relatedRows, timeCondition, valueCondition } from "./filters.ts";
import { grouping, measure } from "./measures.ts";
import { bareDirection, extreme, limiting, sorting, superlative, settleRank } from "./order.ts";
import type { Rule } from "./rule.ts";
import { projection, table } from "./subjects.ts";

/** In this order: what needs more words to fit comes before what is content with fewer. */
const rules: Rule[] = [
  sorting,
  bareDirection,
  grouping,
  limiting,
  superlative,
  extreme,
  measure,
  naming,
  relatedRows,
  comparative,
  columnCondition,
  timeCondition,
  numberCondition,
  valueCondition,
  projection,
  table,
];

/**
 * Reads a question: every word is taken by a rule or is one that carries no meaning of its own.
 * @throws Refusal that names the words that are left over
 */
export function readQuestion(question: string, index: SchemaIndex): Draft {
  const scanner = new Scanner(question, index);
  const draft = emptyDraft();
  const unknown = new Set<string>();
  const understood: string[] = [];
  while (scanner.takePhrase(leads)) continue;
  const begun = scanner.at > 0;
  while (!scanner.done) {
    const from = scanner.at;
    if (apply(scanner, draft)) {
      understood.push(scanner.said(from));
      continue;
    }
    const word = scanner.words[scanner.at++]!;
    const opening = from === 0 && !begun && openings.has(word);
    if (opening || !functionWords.has(word)) unknown.add(scanner.tokens[from]!.text);
  }
  if (unknown.size > 0) {
    const words = [...unknown];
    throw new Refusal(`I did not understand: ${words.join(", ")}.`, { words, understood, hints: hintsFor(words, index) });
  }
  settleRank(draft);
  return draft;
}

function apply(scanner: Scanner, draft: Draft): boolean {
  const from = scanner.at;
  for (const rule of rules) {
    if (rule(scanner, draft)) return true;
    scanner.at = from;
  }
  return false;
}

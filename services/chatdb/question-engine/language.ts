/** Exports how questions are split into words, for programs that learn people's vocabulary. */
export { readFollowUp } from "./conversation/follow-up-markers.ts";
export { functionWords } from "./language/lexicon.ts";
export { singular, tokenise, wordsOfName, type Token } from "./language/tokens.ts";

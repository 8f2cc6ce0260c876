/** The words of a question, for programs that learn what people call things. */
export { continuedBy } from "./conversation/opening.ts";
export { functionWords } from "./language/lexicon.ts";
export { singular, tokenise, wordsOfName, type Token } from "./language/tokens.ts";

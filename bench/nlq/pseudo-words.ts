import type { Random } from "@chatdb/sample-data/random.ts";

const onsets = [
  "b",
  "br",
  "d",
  "dr",
  "f",
  "g",
  "gl",
  "k",
  "kr",
  "l",
  "m",
  "n",
  "p",
  "pl",
  "r",
  "s",
  "sk",
  "st",
  "t",
  "tr",
  "v",
  "z",
];
const vowels = ["a", "e", "i", "o", "u", "ai", "eo"];
const codas = ["", "", "l", "m", "n", "r", "s", "th", "x", "nd"];

/** Generates a capitalised word that exists in no language, so that no question contains it by chance. */
export function pseudoWord(random: Random): string {
  const syllable = () => random.pick(onsets) + random.pick(vowels) + random.pick(codas);
  const word = syllable() + syllable() + (random.next() < 0.4 ? syllable() : "");
  return word[0]!.toUpperCase() + word.slice(1);
}

/** Generates two words, like names and titles. */
export const pseudoName = (random: Random) => `${pseudoWord(random)} ${pseudoWord(random)}`;

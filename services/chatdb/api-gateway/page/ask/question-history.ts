import { button, element, elementById } from "../dom.ts";

const key = "chatdb.history";
const maxKept = 100;
const maxShown = 12;

/** Keeps the questions asked in this browser, the newest first, each once. */
export class QuestionHistory {
  readonly #askAgain: (question: string) => void;
  #questions: string[];
  /** How many questions the arrow keys have gone back; -1: none. */
  #at = -1;

  /** @param askAgain called with the question that the person clicked */
  constructor(askAgain: (question: string) => void) {
    this.#askAgain = askAgain;
    this.#questions = storedQuestions();
    this.#show();
  }

  add(question: string): void {
    this.#questions = [question, ...storedQuestions().filter((each) => each !== question)].slice(0, maxKept);
    this.#at = -1;
    this.#keep();
  }

  /** Returns the next older (1) or newer (-1) question; undefined if there is none, empty after the newest. */
  step(direction: 1 | -1): string | undefined {
    const next = this.#at + direction;
    if (next < -1 || next >= this.#questions.length) return undefined;
    this.#at = next;
    return this.#questions[next] ?? "";
  }

  #keep(): void {
    try {
      localStorage.setItem(key, JSON.stringify(this.#questions));
    } catch {
      // Without local storage, the history lasts as long as the page.
    }
    this.#show();
  }

  #show(): void {
    const place = elementById("history", HTMLElement);
    if (this.#questions.length === 0)
      return place.replaceChildren(
        element("p", { className: "muted" }, "Your questions are kept here, in this browser."),
      );
    const items = this.#questions.slice(0, maxShown).map((question) =>
      element(
        "li",
        {},
        button(question, () => this.#askAgain(question), "link"),
      ),
    );
    const clear = () => {
      this.#questions = [];
      this.#keep();
    };
    place.replaceChildren(element("ol", {}, ...items), button("Clear the history", clear));
  }
}

function storedQuestions(): string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(read) ? read.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

import { button, element, elementById } from "../dom.ts";

const key = "chatdb.history";
const maxKept = 100;
/** Of the list that is shown. */
const maxShown = 12;

/** The questions asked in this browser, the newest first, each once. */
export class History {
  readonly #again: (question: string) => void;
  #questions: string[];
  /** How far back the arrows have gone; -1: not at all. */
  #at = -1;

  /** @param again called with a question that is to be asked once more */
  constructor(again: (question: string) => void) {
    this.#again = again;
    this.#questions = kept();
    this.#show();
  }

  add(question: string): void {
    this.#questions = [question, ...kept().filter((each) => each !== question)].slice(0, maxKept);
    this.#at = -1;
    this.#keep();
  }

  /** The question one step further back (1) or forth (-1); undefined where there is none, empty for where it began. */
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
      // The browser keeps nothing: then they last as long as the page.
    }
    this.#show();
  }

  #show(): void {
    const place = elementById("history", HTMLElement);
    if (this.#questions.length === 0)
      return place.replaceChildren(
        element("p", { className: "muted" }, "Questions that you ask are kept here, in this browser."),
      );
    const items = this.#questions.slice(0, maxShown).map((question) =>
      element(
        "li",
        {},
        button(question, () => this.#again(question), "link"),
      ),
    );
    const clear = () => {
      this.#questions = [];
      this.#keep();
    };
    place.replaceChildren(element("ol", {}, ...items), button("Clear the history", clear));
  }
}

function kept(): string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(read) ? read.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

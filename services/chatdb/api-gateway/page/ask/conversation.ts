import type { Interpretation, ParseRequest } from "@chatdb/contracts/query.ts";
import type { Answer } from "@chatdb/contracts/answer.ts";
import { answerCard, problemCard } from "./answer-card.ts";
import { ask } from "../api.ts";
import { announce, element, elementById } from "../dom.ts";

/** Shows the questions of this visit with their answers, one below the other. */
export class Conversation {
  readonly #thread = elementById("thread", HTMLElement);
  readonly #onChange: () => void;
  #running: AbortController | undefined;
  #last: Answer | undefined;

  /** @param onChange called when a question begins or ends */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /** The answer that the next question may follow up on. */
  get last(): Answer | undefined {
    return this.#last;
  }

  /** Makes the next question start a new topic. */
  startOver(): void {
    this.#last = undefined;
    this.#onChange();
  }

  /** Cancels the running question, in the database too. */
  stop(): void {
    this.#running?.abort(new DOMException("Stopped", "AbortError"));
  }

  /** Asks a question. @param meant the chosen reading, if the person chose one */
  async ask(query: string, datasource: string | undefined, meant?: Interpretation): Promise<void> {
    this.stop();
    const running = (this.#running = new AbortController());
    const before = this.#last;
    const follows =
      meant === undefined && before !== undefined && before.datasource === datasource ? { follows: before.plan } : {};
    const request: ParseRequest = {
      query,
      ...(datasource === undefined ? {} : { datasource }),
      ...follows,
      ...(meant && { plan: meant.plan }),
    };
    const card = element("div", { className: "card" }, element("p", { className: "waiting" }, "Reading the question"));
    const turn = element("article", { className: "turn", aria: { label: query } }, element("h2", {}, query), card);
    this.#thread.append(turn);
    scrollTo(turn);
    announce("Asked. Waiting for the answer.");
    this.#onChange();
    const choose = (chosen: Interpretation) => void this.ask(query, datasource, chosen);
    try {
      const answer = await ask(request, running.signal);
      this.#last = answer;
      card.replaceChildren(...answerCard(answer, choose));
      announce(`${answer.reading} ${answer.row_count} ${answer.row_count === 1 ? "row" : "rows"}.`);
    } catch (error) {
      if (running.signal.aborted) {
        card.replaceChildren(element("p", { className: "muted" }, "Stopped."));
        announce("Stopped.");
      } else {
        const parts = problemCard(error, choose, () => void this.ask(query, datasource, meant));
        card.replaceChildren(...parts);
        announce(error instanceof Error ? error.message : String(error));
      }
    } finally {
      if (this.#running === running) this.#running = undefined;
      this.#onChange();
      scrollTo(turn);
    }
  }
}

function scrollTo(turn: HTMLElement): void {
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  turn.scrollIntoView({ block: "start", behavior });
}

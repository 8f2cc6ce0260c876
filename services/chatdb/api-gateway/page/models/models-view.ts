import { element, elementById } from "../dom.ts";
import { JobList } from "./job-list.ts";
import { ModelList } from "./model-list.ts";
import { ModelPage } from "./model-page.ts";
import { TrainForm } from "./train-form.ts";

const place = elementById("models-view", HTMLElement);
let overview: Overview | undefined;
let page: ModelPage | undefined;

/** Shows the models, or the one that a path names; without a path, the view is left. */
export function showModels(path: readonly string[] | undefined): void {
  page?.leave();
  page = undefined;
  overview?.leave();
  if (path === undefined) return;
  const [name] = path;
  if (name !== undefined && name !== "") {
    page = new ModelPage(name);
    place.replaceChildren(page.element);
    void page.look();
  } else {
    overview ??= new Overview();
    place.replaceChildren(overview.element);
    overview.look();
  }
  scrollTo(0, 0);
}

/** Train, jobs and models, on one page. What was entered stays when it is left. */
class Overview {
  readonly #models = new ModelList();
  readonly #jobs = new JobList(() => void this.#models.look());
  readonly #form = new TrainForm((id) => void this.#jobs.look(id));
  readonly element: HTMLElement;

  constructor() {
    const section = (title: string, className: string, content: HTMLElement) =>
      element("section", { className: `card ${className}` }, element("h2", {}, title), content);
    this.element = element(
      "div",
      { className: "overview" },
      element("h1", {}, "Models"),
      section("Train", "training", this.#form.element),
      element(
        "div",
        { className: "lists" },
        section("Models", "known", this.#models.element),
        section("Jobs", "queue", this.#jobs.element),
      ),
    );
  }

  look(): void {
    void this.#models.look();
    void this.#jobs.look();
    // The form can do without the datasets that are there; why they are not is said by the lists.
    void this.#form.look().catch(() => undefined);
  }

  leave(): void {
    this.#jobs.leave();
  }
}

import { element, elementById } from "../dom.ts";
import { JobList } from "./job-list.ts";
import { ModelList } from "./model-list.ts";
import { ModelPage } from "./model-page.ts";
import { TrainForm } from "./train-form.ts";

const place = elementById("models-view", HTMLElement);
let overview: Overview | undefined;
let page: ModelPage | undefined;

/** Shows all models, or the model that the path names; without a path it leaves the view. */
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

/** Shows the training form, the jobs and the models. The form keeps its content when the person leaves the view. */
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
    // The form works without the uploaded datasets, and the lists show why loading failed.
    void this.#form.look().catch(() => undefined);
  }

  leave(): void {
    this.#jobs.leave();
  }
}

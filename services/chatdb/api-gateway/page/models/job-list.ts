import { button, element } from "../dom.ts";
import { jobs } from "./models-api.ts";
import { JobRow } from "./job-row.ts";

/** The poll interval while a job runs, and while none does, in ms. */
const pollMs = { busy: 1500, idle: 15_000 };

/** The number of jobs shown at first. */
const initialJobs = 8;

/** Lists the jobs, the newest first. It polls, since a browser opens too few connections to follow each job. */
export class JobList {
  readonly #onEnded: () => void;
  readonly #rows = new Map<string, JobRow>();
  readonly #list = element("ol", { className: "jobs" });
  readonly #message = element("p", { className: "muted" }, "Loading jobs");
  readonly #more = button("Show earlier jobs", () => {
    this.#all = true;
    void this.look();
  });
  #all = false;
  /** The ids of the jobs that had ended at the last poll. */
  #ended: Set<string> | undefined;
  #timer = 0;
  #shown = false;
  readonly element = element("div", {}, this.#message, this.#list, this.#more);

  /** @param onEnded called when a job has ended and may have made a new version */
  constructor(onEnded: () => void) {
    this.#onEnded = onEnded;
    document.addEventListener("visibilitychange", () => this.#shown && !document.hidden && void this.look());
  }

  /** Loads the list and keeps polling. @param unfolded the id of the job whose history is shown */
  async look(unfolded?: string): Promise<void> {
    this.#shown = true;
    clearTimeout(this.#timer);
    try {
      const listed = await jobs();
      const shown = this.#all ? listed : listed.slice(0, initialJobs);
      this.#more.hidden = shown.length === listed.length;
      for (const job of shown) {
        const row = this.#rows.get(job.job_id);
        if (row) row.show(job);
        else this.#rows.set(job.job_id, new JobRow(job, () => void this.look()));
      }
      for (const [id, row] of this.#rows) {
        if (shown.some(({ job_id }) => job_id === id)) continue;
        row.leave();
        this.#rows.delete(id);
      }
      this.#arrange(shown.map(({ job_id }) => this.#rows.get(job_id)!.element));
      if (unfolded !== undefined) this.#rows.get(unfolded)?.unfold();
      const ended = new Set([...this.#rows].flatMap(([id, row]) => (row.hasEnded ? [id] : [])));
      if (this.#ended && [...ended].some((id) => !this.#ended!.has(id))) this.#onEnded();
      this.#ended = ended;
      this.#showMessage(shown.length === 0 ? "No job yet. Your trainings are listed here with their progress." : "");
    } catch (error) {
      this.#showMessage((error as Error).message);
    }
    clearTimeout(this.#timer);
    if (this.#shown && !document.hidden)
      this.#timer = setTimeout(
        () => void this.look(),
        [...this.#rows.values()].some(({ hasEnded }) => !hasEnded) ? pollMs.busy : pollMs.idle,
      ) as unknown as number;
  }

  /** Stops polling and following. */
  leave(): void {
    this.#shown = false;
    clearTimeout(this.#timer);
    for (const row of this.#rows.values()) row.leave();
  }

  /** Inserts only new elements, so that the others keep the focus. */
  #arrange(elements: HTMLElement[]): void {
    for (const old of [...this.#list.children]) if (!elements.includes(old as HTMLElement)) old.remove();
    for (const [at, each] of elements.entries())
      if (this.#list.children[at] !== each) this.#list.insertBefore(each, this.#list.children[at] ?? null);
  }

  #showMessage(text: string): void {
    this.#message.textContent = text;
    this.#message.hidden = text === "";
  }
}

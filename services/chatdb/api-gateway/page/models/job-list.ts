import { button, element } from "../dom.ts";
import { jobs } from "./models-api.ts";
import { JobRow } from "./job-row.ts";

/** Between two looks at the list, in ms: while something runs, and while nothing does. */
const pollMs = { busy: 1500, idle: 15_000 };

/** Jobs that are shown until more are asked for. */
const initialJobs = 8;

/** The jobs, the newest first. The list is asked for again and again; a browser opens too few connections to follow each job. */
export class JobList {
  readonly #onEnded: () => void;
  readonly #rows = new Map<string, JobRow>();
  readonly #list = element("ol", { className: "jobs" });
  readonly #said = element("p", { className: "muted" }, "Looking for jobs");
  readonly #more = button("Show earlier jobs", () => {
    this.#all = true;
    void this.look();
  });
  #all = false;
  /** Ids of those that had ended when they were looked at last. */
  #over: Set<string> | undefined;
  #timer = 0;
  #shown = false;
  readonly element = element("div", {}, this.#said, this.#list, this.#more);

  /** @param onEnded called when a job has ended, so that there may be a new version */
  constructor(onEnded: () => void) {
    this.#onEnded = onEnded;
    document.addEventListener("visibilitychange", () => this.#shown && !document.hidden && void this.look());
  }

  /** Looks, and goes on to. @param unfolded id of the job whose history is to be shown */
  async look(unfolded?: string): Promise<void> {
    this.#shown = true;
    clearTimeout(this.#timer);
    try {
      const listed = await jobs();
      const found = this.#all ? listed : listed.slice(0, initialJobs);
      this.#more.hidden = found.length === listed.length;
      for (const job of found) {
        const row = this.#rows.get(job.job_id);
        if (row) row.show(job);
        else this.#rows.set(job.job_id, new JobRow(job, () => void this.look()));
      }
      for (const [id, row] of this.#rows) {
        if (found.some(({ job_id }) => job_id === id)) continue;
        row.leave();
        this.#rows.delete(id);
      }
      this.#arrange(found.map(({ job_id }) => this.#rows.get(job_id)!.element));
      if (unfolded !== undefined) this.#rows.get(unfolded)?.unfold();
      const over = new Set([...this.#rows].flatMap(([id, row]) => (row.over ? [id] : [])));
      if (this.#over && [...over].some((id) => !this.#over!.has(id))) this.#onEnded();
      this.#over = over;
      this.#say(found.length === 0 ? "No job yet. What you train is listed here, with its progress." : "");
    } catch (error) {
      this.#say((error as Error).message);
    }
    clearTimeout(this.#timer);
    if (this.#shown && !document.hidden)
      this.#timer = setTimeout(
        () => void this.look(),
        [...this.#rows.values()].some(({ over }) => !over) ? pollMs.busy : pollMs.idle,
      ) as unknown as number;
  }

  /** Nothing is looked for any longer. */
  leave(): void {
    this.#shown = false;
    clearTimeout(this.#timer);
    for (const row of this.#rows.values()) row.leave();
  }

  /** Only what is new is put in: what stays keeps the focus. */
  #arrange(elements: HTMLElement[]): void {
    for (const old of [...this.#list.children]) if (!elements.includes(old as HTMLElement)) old.remove();
    for (const [at, each] of elements.entries())
      if (this.#list.children[at] !== each) this.#list.insertBefore(each, this.#list.children[at] ?? null);
  }

  #say(text: string): void {
    this.#said.textContent = text;
    this.#said.hidden = text === "";
  }
}

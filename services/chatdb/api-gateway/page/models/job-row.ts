import type { Job, JobEvent } from "@chatdb/contracts/jobs.ts";
import { announce, button, element } from "../dom.ts";
import { cancelJob, job as jobOf, retryJob } from "./models-api.ts";
import { follow } from "./job-events.ts";
import { entryText, moment, standing } from "../format.ts";

/** Lines of a log that are shown, at most: the latest. */
const maxLogLines = 500;

export const isOver = ({ status }: Job): boolean =>
  status === "succeeded" || status === "failed" || status === "cancelled";

/** A job in the list: where it stands, what can be done with it, and its history, which is followed while it is unfolded. */
export class JobRow {
  readonly #onChange: () => void;
  readonly #badge = element("span", { className: "badge" });
  readonly #standing = element("p", { className: "standing" });
  readonly #bar = element("progress", { max: 1 });
  readonly #entries = element("ol");
  readonly #log = element("div", { className: "log", tabIndex: 0, role: "log" }, this.#entries);
  readonly #details = element("details", {}, element("summary", {}, "History"), this.#log);
  readonly #actions = element("span", { className: "actions" });
  readonly #title = element("h3");
  #job: Job;
  /** Number of the latest entry that is shown. */
  #seen = 0;
  #following: AbortController | undefined;
  readonly element: HTMLElement;

  /** @param onChange called when the job has changed otherwise than by its own progress */
  constructor(job: Job, onChange: () => void) {
    this.#job = job;
    this.#onChange = onChange;
    const about = element(
      "span",
      { className: "muted about" },
      `${job.dataset_location.replace(/^s3:\/\/[^/]+\//, "")}${job.target === undefined ? "" : ` → ${job.target}`}, ${moment(job.created_at)}`,
    );
    this.element = element(
      "li",
      { id: `job-${job.job_id}`, className: "job" },
      element("div", { className: "head" }, this.#title, this.#badge, this.#actions),
      about,
      this.#bar,
      this.#standing,
      this.#details,
    );
    this.#bar.setAttribute("aria-label", `Progress of ${job.model_name}`);
    this.#log.setAttribute("aria-label", `History of ${job.model_name}`);
    this.#details.addEventListener("toggle", () =>
      this.#details.open ? void this.#follow() : this.#following?.abort(),
    );
    this.show(job);
  }

  get over(): boolean {
    return isOver(this.#job);
  }

  /** Brings the job into sight, with its history. */
  unfold(): void {
    this.#details.open = true;
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** Nothing is followed any longer. */
  leave(): void {
    this.#following?.abort();
  }

  show(job: Job): void {
    const before = this.#job.status;
    this.#job = job;
    const { status, model_name, model } = job;
    if (this.#badge.textContent !== status) {
      this.#badge.textContent = status;
      this.#badge.className = `badge ${status}`;
      const name = model
        ? element("a", { href: `#models/${encodeURIComponent(model.name)}` }, `${model.name} ${model.version}`)
        : model_name;
      this.#title.replaceChildren(name);
      this.#actions.replaceChildren(...this.#offered());
    }
    this.#standing.textContent = standing(job);
    this.#standing.classList.toggle("failed", status === "failed" || (status === "queued" && job.error !== undefined));
    this.#bar.hidden = status !== "running";
    this.#bar.value = job.progress;
    if (before !== status && isOver(job)) announce(`${model_name}: ${status}.`);
    if (this.#details.open && !isOver(job)) void this.#follow();
  }

  #offered(): HTMLElement[] {
    const { job_id, status, model_name } = this.#job;
    const act = (label: string, does: (id: string) => Promise<Job>) => {
      const made = button(label, () => {
        made.disabled = true;
        does(job_id)
          .then(
            (job) => this.show(job),
            (error: Error) => this.#refuse(error),
          )
          .finally(() => ((made.disabled = false), this.#onChange()));
      });
      made.setAttribute("aria-label", `${label} the training of ${model_name}`);
      return made;
    };
    if (status === "queued" || status === "running") return [act("Cancel", cancelJob)];
    return status === "succeeded" ? [] : [act("Retry", retryJob)];
  }

  #refuse({ message }: Error): void {
    this.#standing.textContent = message;
    this.#standing.classList.add("failed");
    announce(message);
  }

  async #follow(): Promise<void> {
    if (this.#following) return;
    const { signal } = (this.#following = new AbortController());
    try {
      for await (const entry of follow(this.#job.job_id, this.#seen, signal)) this.#add(entry);
      if (!this.over) this.show(await jobOf(this.#job.job_id));
      this.#onChange();
    } catch (error) {
      if (!signal.aborted)
        this.#entries.append(
          element("li", { className: "failed" }, `The history cannot be read: ${(error as Error).message}`),
        );
    } finally {
      this.#following = undefined;
    }
  }

  #add(entry: JobEvent): void {
    const { number, kind, at, progress, text } = entry;
    this.#seen = number;
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 8;
    this.#entries.append(
      element(
        "li",
        { className: kind === "failed" || kind === "retrying" ? "failed" : "" },
        element("time", { dateTime: at }, new Date(at).toLocaleTimeString("en-GB")),
        ` ${entryText(entry)}`,
      ),
    );
    while (this.#entries.childElementCount > maxLogLines) this.#entries.firstElementChild!.remove();
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
    if (kind === "progress" && !this.over)
      this.show({
        ...this.#job,
        status: "running",
        progress: progress ?? this.#job.progress,
        step: text ?? this.#job.step,
      });
  }
}

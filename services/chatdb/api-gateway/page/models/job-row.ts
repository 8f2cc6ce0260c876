import type { Job, JobEvent } from "@chatdb/contracts/jobs.ts";
import { announce, button, element } from "../dom.ts";
import { cancelJob, job as jobOf, retryJob } from "./models-api.ts";
import { followJob } from "./job-events.ts";
import { entryText, formatMoment, jobState } from "../format.ts";

/** The maximum number of log lines shown; older ones are dropped. */
const maxLogLines = 500;

const hasEnded = ({ status }: Job): boolean => status === "succeeded" || status === "failed" || status === "cancelled";

/** Shows a job's state, its actions, and its history, which it follows while unfolded. */
export class JobRow {
  readonly #onChange: () => void;
  readonly #badge = element("span", { className: "badge" });
  readonly #state = element("p", { className: "standing" });
  readonly #bar = element("progress", { max: 1 });
  readonly #entries = element("ol");
  readonly #log = element("div", { className: "log", tabIndex: 0, role: "log" }, this.#entries);
  readonly #details = element("details", {}, element("summary", {}, "History"), this.#log);
  readonly #actions = element("span", { className: "actions" });
  readonly #title = element("h3");
  #job: Job;
  /** The number of the latest entry shown. */
  #seen = 0;
  #following: AbortController | undefined;
  readonly element: HTMLElement;

  /** @param onChange called when the job changed other than by progress */
  constructor(job: Job, onChange: () => void) {
    this.#job = job;
    this.#onChange = onChange;
    const about = element(
      "span",
      { className: "muted about" },
      `${job.dataset_location.replace(/^s3:\/\/[^/]+\//, "")}${job.target === undefined ? "" : ` → ${job.target}`}, ${formatMoment(job.created_at)}`,
    );
    this.element = element(
      "li",
      { id: `job-${job.job_id}`, className: "job" },
      element("div", { className: "head" }, this.#title, this.#badge, this.#actions),
      about,
      this.#bar,
      this.#state,
      this.#details,
    );
    this.#bar.setAttribute("aria-label", `Progress of ${job.model_name}`);
    this.#log.setAttribute("aria-label", `History of ${job.model_name}`);
    this.#details.addEventListener("toggle", () =>
      this.#details.open ? void this.#followHistory() : this.#following?.abort(),
    );
    this.show(job);
  }

  get hasEnded(): boolean {
    return hasEnded(this.#job);
  }

  /** Scrolls to the job and unfolds its history. */
  unfold(): void {
    this.#details.open = true;
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** Stops following the history. */
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
      this.#actions.replaceChildren(...this.#actionButtons());
    }
    this.#state.textContent = jobState(job);
    this.#state.classList.toggle("failed", status === "failed" || (status === "queued" && job.error !== undefined));
    this.#bar.hidden = status !== "running";
    this.#bar.value = job.progress;
    if (before !== status && hasEnded(job)) announce(`${model_name}: ${status}.`);
    if (this.#details.open && !hasEnded(job)) void this.#followHistory();
  }

  #actionButtons(): HTMLElement[] {
    const { job_id, status, model_name } = this.#job;
    const actionButton = (label: string, act: (id: string) => Promise<Job>) => {
      const created = button(label, () => {
        created.disabled = true;
        act(job_id)
          .then(
            (job) => this.show(job),
            (error: Error) => this.#showError(error),
          )
          .finally(() => ((created.disabled = false), this.#onChange()));
      });
      created.setAttribute("aria-label", `${label} the training of ${model_name}`);
      return created;
    };
    if (status === "queued" || status === "running") return [actionButton("Cancel", cancelJob)];
    return status === "succeeded" ? [] : [actionButton("Retry", retryJob)];
  }

  #showError({ message }: Error): void {
    this.#state.textContent = message;
    this.#state.classList.add("failed");
    announce(message);
  }

  async #followHistory(): Promise<void> {
    if (this.#following) return;
    const { signal } = (this.#following = new AbortController());
    try {
      for await (const entry of followJob(this.#job.job_id, this.#seen, signal)) this.#addEntry(entry);
      if (!this.hasEnded) this.show(await jobOf(this.#job.job_id));
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

  #addEntry(entry: JobEvent): void {
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
    if (kind === "progress" && !this.hasEnded)
      this.show({
        ...this.#job,
        status: "running",
        progress: progress ?? this.#job.progress,
        step: text ?? this.#job.step,
      });
  }
}

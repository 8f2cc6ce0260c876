import { families, type Family } from "@chatdb/contracts/families.ts";
import type { JobRequest } from "@chatdb/contracts/jobs.ts";
import { modelNameOf } from "@chatdb/contracts/names.ts";
import { announce, element } from "../dom.ts";
import { submitJob } from "./models-api.ts";
import { defaultTarget } from "./dataset-columns.ts";
import { DatasetPicker, type PickedDataset } from "./dataset-picker.ts";
import { parameterFields, parametersIn } from "./parameter-fields.ts";
import { familyNames } from "../format.ts";

/** The pattern of a model's name, as in models.ts of the contracts. */
const namePattern = "[a-z0-9][a-z0-9._\\-]{0,79}";

/** The form that submits a training job. */
export class TrainForm {
  readonly #onSubmitted: (jobId: string) => void;
  readonly #data = new DatasetPicker((chosen) => this.#show(chosen));
  readonly #target = element(
    "select",
    { required: true, disabled: true },
    element("option", { value: "" }, "Choose the data first"),
  );
  readonly #name = element("input", {
    required: true,
    pattern: namePattern,
    maxLength: 80,
    autocomplete: "off",
    spellcheck: false,
    title: "1 to 80 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit",
  });
  readonly #family = element(
    "select",
    {},
    element("option", { value: "" }, "PickedDataset by the target"),
    ...families.map((value) => element("option", { value }, familyNames[value])),
  );
  readonly #priority = element(
    "select",
    {},
    ...["low", "normal", "high"].map((value) => element("option", { value, selected: value === "normal" }, value)),
  );
  readonly #parameters = element("div", { className: "fields" });
  readonly #problem = element("p", { className: "problem", role: "alert", hidden: true });
  readonly #train = element("button", { type: "submit" }, "Train");
  #chosen: PickedDataset | undefined;
  /** Whether the person entered a name; until then the name follows the data. */
  #named = false;
  /** The idempotency key of this submission. */
  #key = newKey();
  readonly element: HTMLElement;

  /** @param onSubmitted called with the id of the accepted job */
  constructor(onSubmitted: (jobId: string) => void) {
    this.#onSubmitted = onSubmitted;
    const more = element("details", {}, element("summary", {}, "Parameters"), this.#parameters);
    this.element = element(
      "form",
      { className: "train" },
      this.#data.element,
      field("Column to predict", this.#target),
      field("Name of the model", this.#name),
      field("Family", this.#family),
      more,
      this.#problem,
      this.#train,
    );
    this.#family.addEventListener("change", () => this.#showParameters());
    this.#name.addEventListener("input", () => (this.#named = this.#name.value !== ""));
    this.element.addEventListener("input", () => (this.#key = newKey()));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#showParameters();
  }

  /** @throws GatewayError */
  look = () => this.#data.look();

  #show(chosen: PickedDataset | undefined): void {
    this.#chosen = chosen;
    const columns = chosen?.columns ?? [];
    this.#target.replaceChildren(
      ...(columns.length > 0 ? columns : [""]).map((value) =>
        element("option", { value }, value || "Choose the data first"),
      ),
    );
    this.#target.disabled = columns.length === 0;
    this.#target.value = defaultTarget(columns) ?? "";
    if (chosen && !this.#named) this.#name.value = modelNameOf(chosen.name);
    this.#showProblem("");
  }

  #showParameters(): void {
    this.#parameters.replaceChildren(
      ...parameterFields((this.#family.value || undefined) as Family | undefined),
      field("Priority", this.#priority),
    );
  }

  async #submit(): Promise<void> {
    if (!this.#chosen) return this.#showProblem("Choose a file or an uploaded dataset first.");
    const family = this.#family.value as Family | "";
    const request: Partial<JobRequest> = {
      model_name: this.#name.value,
      dataset_location: this.#chosen.location,
      target: this.#target.value,
      parameters: { ...(family !== "" && { family }), ...parametersIn(this.#parameters) },
      ...(this.#priority.value !== "normal" && { priority: this.#priority.value as JobRequest["priority"] }),
    };
    this.#train.disabled = true;
    this.#showProblem("");
    try {
      const { job_id } = await submitJob(request, this.#key);
      this.#key = newKey();
      announce(`The training of ${request.model_name} was submitted.`);
      this.#onSubmitted(job_id);
    } catch (error) {
      this.#showProblem((error as Error).message);
    } finally {
      this.#train.disabled = false;
    }
  }

  #showProblem(problem: string): void {
    this.#problem.textContent = problem;
    this.#problem.hidden = problem === "";
  }
}

const field = (label: string, input: HTMLElement) => element("label", {}, element("span", {}, label), input);

/** Creates a random key. Browsers have no crypto.randomUUID over http. */
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

import type { ModelVersion, Stage } from "@chatdb/contracts/models.ts";
import { announce, button, element } from "../dom.ts";
import { rollBack, setStage, versions as versionsOf } from "./models-api.ts";
import { versionComparison } from "./version-comparison.ts";
import { evaluationOf } from "./evaluation.ts";
import { predictForm } from "./predict-form.ts";
import { familyOf, versionTable } from "./version-table.ts";
import { formatMoment, formatBytes } from "../format.ts";

/** Shows a model: its versions, the evaluation of one, a comparison of two, and predictions. */
export class ModelPage {
  readonly #name: string;
  readonly #message = element("p", { className: "muted" }, "Loading versions");
  readonly #place = element("div", { className: "model" }, this.#message);
  #shown: number | undefined;
  #left = false;
  readonly element: HTMLElement;

  constructor(name: string) {
    this.#name = name;
    this.element = element(
      "div",
      {},
      element("p", {}, element("a", { href: "#models" }, "All models")),
      element("h1", {}, name),
      this.#place,
    );
  }

  leave(): void {
    this.#left = true;
  }

  async look(): Promise<void> {
    try {
      const versions = await versionsOf(this.#name);
      if (!this.#left) await this.#show(versions);
    } catch (error) {
      this.#place.replaceChildren(element("p", { className: "problem", role: "alert" }, (error as Error).message));
    }
  }

  async #show(versions: readonly ModelVersion[]): Promise<void> {
    const shown =
      versions.find(({ version }) => version === this.#shown) ??
      versions.find(({ stage }) => stage === "production") ??
      versions[0];
    if (!shown) return this.#showMessage("This model has no version.");
    const card = (title: string, ...content: HTMLElement[]) =>
      element("section", { className: "card" }, element("h2", {}, title), ...content);
    const table = versionTable(versions, shown.version, {
      show: ({ version }) => {
        this.#shown = version;
        void this.#show(versions).then(() => this.#place.querySelector<HTMLElement>("[aria-pressed=true]")?.focus());
      },
      move: ({ version }, stage) =>
        void this.#change(() => setStage({ name: this.#name, version }, stage), stageMessage(version, stage)),
    });
    const back = button("Roll back production", () => void this.#change(() => rollBack(this.#name), "Rolled back."));
    const inProduction = versions.some(({ stage }) => stage === "production");
    const rollBackPossible = inProduction && versions.some(({ stage }) => stage === "archived");
    this.#place.replaceChildren(
      card("Versions", this.#message, table, ...(rollBackPossible ? [element("p", {}, back)] : [])),
      card(
        `Version ${shown.version}`,
        ...(shown.imported
          ? [
              element(
                "p",
                { className: "muted" },
                "It was trained elsewhere, so there is no evaluation on held-out rows.",
              ),
            ]
          : evaluationOf(shown.metrics, shown.evaluation)),
        origin(shown),
      ),
      card("Compare", versionComparison(versions)),
      card(`Predict with version ${shown.version}`, await predictForm(shown)),
    );
    this.#message.hidden = this.#message.textContent === "" || this.#message.textContent === "Loading versions";
  }

  async #change(change: () => Promise<ModelVersion>, done: string): Promise<void> {
    try {
      await change();
      this.#showMessage(done);
      await this.look();
    } catch (error) {
      this.#showMessage((error as Error).message);
    }
  }

  #showMessage(text: string): void {
    this.#message.textContent = text;
    this.#message.hidden = false;
    announce(text);
  }
}

const stageMessage = (version: number, stage: Stage) =>
  stage === "archived" ? `Version ${version} is archived.` : `Version ${version} is in ${stage}.`;

/** Lists where a version comes from: data, parameters, code and job. */
function origin(version: ModelVersion): HTMLElement {
  const { lineage, imported, job_id, bytes, created_at, sha256 } = version;
  const parameters = Object.entries(lineage?.parameters ?? {}).map(([name, value]) => `${name} = ${String(value)}`);
  const facts: [string, string | undefined][] = [
    ["Family", familyOf(version)],
    ["Parameters", imported ? undefined : parameters.join(", ") || "defaults"],
    ["Predicts", imported?.target ?? lineage?.target],
    ["Data", lineage?.dataset_location],
    ["SHA-256 of the data", lineage?.dataset_sha256],
    ["Code", lineage?.code_version],
    ["Job", imported ? undefined : job_id],
    ["Created", formatMoment(created_at)],
    ["Size", formatBytes(bytes)],
    ["SHA-256 of the model", sha256],
  ];
  const rows = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [element("dt", {}, name), element("dd", {}, value)],
  );
  return element("details", {}, element("summary", {}, "Origin"), element("dl", { className: "facts" }, ...rows));
}

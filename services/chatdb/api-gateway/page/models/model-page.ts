import type { ModelVersion, Stage } from "@chatdb/contracts/models.ts";
import { announce, button, element } from "../dom.ts";
import { rollBack, setStage, versions as versionsOf } from "./models-api.ts";
import { comparison } from "./version-comparison.ts";
import { evaluated } from "./evaluation.ts";
import { predictForm } from "./predict-form.ts";
import { familyOf, versionTable } from "./version-table.ts";
import { moment, size } from "../format.ts";

/** A model: its versions, what the held-out rows tell of one of them, a comparison of two, and predictions. */
export class ModelPage {
  readonly #name: string;
  readonly #said = element("p", { className: "muted" }, "Looking for the versions");
  readonly #place = element("div", { className: "model" }, this.#said);
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
    if (!shown) return this.#say("This model has no version.");
    const card = (title: string, ...content: HTMLElement[]) =>
      element("section", { className: "card" }, element("h2", {}, title), ...content);
    const table = versionTable(versions, shown.version, {
      show: ({ version }) => {
        this.#shown = version;
        void this.#show(versions).then(() => this.#place.querySelector<HTMLElement>("[aria-pressed=true]")?.focus());
      },
      move: ({ version }, stage) =>
        void this.#change(() => setStage({ name: this.#name, version }, stage), said(version, stage)),
    });
    const back = button("Roll back production", () => void this.#change(() => rollBack(this.#name), "Rolled back."));
    const inProduction = versions.some(({ stage }) => stage === "production");
    const rollBackPossible = inProduction && versions.some(({ stage }) => stage === "archived");
    this.#place.replaceChildren(
      card("Versions", this.#said, table, ...(rollBackPossible ? [element("p", {}, back)] : [])),
      card(
        `Version ${shown.version}`,
        ...(shown.imported
          ? [element("p", { className: "muted" }, "It was trained elsewhere, so no held-out rows are known.")]
          : evaluated(shown.metrics, shown.evaluation)),
        origin(shown),
      ),
      card("Compare", comparison(versions)),
      card(`Predict with version ${shown.version}`, await predictForm(shown)),
    );
    this.#said.hidden = this.#said.textContent === "" || this.#said.textContent === "Looking for the versions";
  }

  async #change(change: () => Promise<ModelVersion>, done: string): Promise<void> {
    try {
      await change();
      this.#say(done);
      await this.look();
    } catch (error) {
      this.#say((error as Error).message);
    }
  }

  #say(text: string): void {
    this.#said.textContent = text;
    this.#said.hidden = false;
    announce(text);
  }
}

const said = (version: number, stage: Stage) =>
  stage === "archived" ? `Version ${version} is archived.` : `Version ${version} is in ${stage}.`;

/** What a version was made from. */
function origin(version: ModelVersion): HTMLElement {
  const { lineage, imported, job_id, bytes, created_at, sha256 } = version;
  const parameters = Object.entries(lineage?.parameters ?? {}).map(([name, value]) => `${name} = ${String(value)}`);
  const facts: [string, string | undefined][] = [
    ["Family", familyOf(version)],
    ["Parameters", imported ? undefined : parameters.join(", ") || "as usual"],
    ["Predicts", imported?.target ?? lineage?.target],
    ["Data", lineage?.dataset_location],
    ["SHA-256 of the data", lineage?.dataset_sha256],
    ["Code", lineage?.code_version],
    ["Job", imported ? undefined : job_id],
    ["Made", moment(created_at)],
    ["Size", size(bytes)],
    ["SHA-256 of the model", sha256],
  ];
  const rows = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [element("dt", {}, name), element("dd", {}, value)],
  );
  return element(
    "details",
    {},
    element("summary", {}, "Where it comes from"),
    element("dl", { className: "facts" }, ...rows),
  );
}

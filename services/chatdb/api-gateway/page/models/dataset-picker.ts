import { datasetNameOf } from "@chatdb/contracts/names.ts";
import { announce, element } from "../dom.ts";
import { columnsOf, headBytes, headOf } from "./dataset-columns.ts";
import { datasetFile, datasets } from "./models-api.ts";
import { uploadDataset } from "./dataset-upload.ts";
import { formatBytes } from "../format.ts";

/** An uploaded dataset. */
export interface PickedDataset {
  name: string;
  location: string;
  columns: string[];
}

/** Lets the person choose or drop a file, which is uploaded at once, or pick an uploaded dataset. */
export class DatasetPicker {
  readonly #onChange: (chosen: PickedDataset | undefined) => void;
  readonly #file = element("input", { type: "file", className: "hidden", accept: ".csv,.jsonl,.ndjson,text/csv" });
  readonly #existing = element("select", {}, element("option", { value: "" }, "Choose one"));
  readonly #status = element("p", { className: "muted", role: "status" });
  readonly #bar = element("progress", { max: 1, value: 0, hidden: true, aria: { label: "Upload" } });
  readonly #existingField = element(
    "label",
    { hidden: true },
    element("span", {}, "Or use an uploaded dataset"),
    this.#existing,
  );
  #datasets: Awaited<ReturnType<typeof datasets>> = [];
  #uploading: AbortController | undefined;
  readonly element: HTMLElement;

  /** @param onChange called with the picked dataset, and with undefined while it is uploading */
  constructor(onChange: (chosen: PickedDataset | undefined) => void) {
    this.#onChange = onChange;
    const drop = element(
      "label",
      { className: "drop" },
      this.#file,
      element("strong", {}, "Choose a file"),
      element("span", { className: "muted" }, "or drop it here: CSV with a header row, or JSON lines"),
    );
    this.#file.addEventListener("change", () => void this.#pickFile(this.#file.files?.[0]));
    this.#existing.addEventListener("change", () => void this.#pickExisting(this.#existing.value));
    for (const kind of ["dragover", "dragleave", "drop"] as const) {
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.toggle("over", kind === "dragover");
        if (kind === "drop") void this.#pickFile(event.dataTransfer?.files[0]);
      });
    }
    this.element = element("div", { className: "data" }, drop, this.#existingField, this.#bar, this.#status);
  }

  /** Loads the uploaded datasets. @throws GatewayError */
  async look(): Promise<void> {
    this.#datasets = await datasets();
    const names = this.#datasets.map(({ name }) => name);
    this.#existingField.hidden = names.length === 0;
    const { value } = this.#existing;
    this.#existing.replaceChildren(
      element("option", { value: "" }, "Choose one"),
      ...names.map((name) => element("option", { value: name }, name)),
    );
    this.#existing.value = names.includes(value) ? value : "";
  }

  async #pickFile(file: File | undefined): Promise<void> {
    if (!file) return;
    const name = datasetNameOf(file.name);
    await this.#exclusively(async (signal) => {
      this.#existing.value = "";
      this.#bar.hidden = false;
      const columns = columnsOf(await file.slice(0, headBytes).text(), name);
      const { location } = await uploadDataset(
        name,
        file,
        (share) => {
          this.#bar.value = share;
          this.#status.textContent = `Sending ${file.name}: ${Math.round(share * 100)}% of ${formatBytes(file.size)}`;
        },
        signal,
      );
      await this.look();
      this.#existing.value = name;
      this.#setPicked({ name, location, columns }, formatBytes(file.size));
    });
  }

  async #pickExisting(name: string): Promise<void> {
    const known = this.#datasets.find((each) => each.name === name);
    if (!known) return this.#onChange(undefined);
    await this.#exclusively(async () => {
      const columns = columnsOf(await headOf(await datasetFile(name)), name);
      this.#setPicked({ name, location: known.location, columns }, formatBytes(known.bytes));
    });
  }

  #setPicked(chosen: PickedDataset, about: string): void {
    const count = chosen.columns.length;
    this.#showStatus([chosen.name, about, `${count} ${count === 1 ? "column" : "columns"}`].join(", "));
    this.#onChange(chosen);
  }

  /** Runs one task at a time; a new task aborts the one before. */
  async #exclusively(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#uploading?.abort();
    const own = (this.#uploading = new AbortController());
    this.#onChange(undefined);
    try {
      await work(own.signal);
    } catch (error) {
      if (!own.signal.aborted) this.#showStatus((error as Error).message);
    } finally {
      if (this.#uploading === own) this.#bar.hidden = true;
      this.#file.value = "";
    }
  }

  #showStatus(text: string): void {
    this.#status.textContent = text;
    announce(text);
  }
}

import { datasetNameOf } from "@chatdb/contracts/names.ts";
import { announce, element } from "../dom.ts";
import { columnsOf, headBytes, headOf } from "./dataset-columns.ts";
import { datasetFile, datasets } from "./models-api.ts";
import { upload } from "./dataset-upload.ts";
import { size } from "../format.ts";

/** A dataset that is there. */
export interface Chosen {
  name: string;
  location: string;
  columns: string[];
}

/** Where a person chooses or drops a file, which is uploaded at once, or takes a dataset that is there. */
export class DataChoice {
  readonly #onChange: (chosen: Chosen | undefined) => void;
  readonly #file = element("input", { type: "file", className: "hidden", accept: ".csv,.jsonl,.ndjson,text/csv" });
  readonly #known = element("select", {}, element("option", { value: "" }, "Choose one"));
  readonly #said = element("p", { className: "muted", role: "status" });
  readonly #bar = element("progress", { max: 1, value: 0, hidden: true, aria: { label: "Upload" } });
  readonly #knownField = element(
    "label",
    { hidden: true },
    element("span", {}, "Or take one that is here"),
    this.#known,
  );
  #there: Awaited<ReturnType<typeof datasets>> = [];
  #uploading: AbortController | undefined;
  readonly element: HTMLElement;

  /** @param onChange called with the dataset that is chosen, and with none while it is not there yet */
  constructor(onChange: (chosen: Chosen | undefined) => void) {
    this.#onChange = onChange;
    const drop = element(
      "label",
      { className: "drop" },
      this.#file,
      element("strong", {}, "Choose a file"),
      element("span", { className: "muted" }, "or drop it here: CSV with a header row, or JSON lines"),
    );
    this.#file.addEventListener("change", () => void this.#take(this.#file.files?.[0]));
    this.#known.addEventListener("change", () => void this.#takeKnown(this.#known.value));
    for (const kind of ["dragover", "dragleave", "drop"] as const) {
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.toggle("over", kind === "dragover");
        if (kind === "drop") void this.#take(event.dataTransfer?.files[0]);
      });
    }
    this.element = element("div", { className: "data" }, drop, this.#knownField, this.#bar, this.#said);
  }

  /** Lists the datasets that are there. @throws GatewayError */
  async look(): Promise<void> {
    this.#there = await datasets();
    const names = this.#there.map(({ name }) => name);
    this.#knownField.hidden = names.length === 0;
    const { value } = this.#known;
    this.#known.replaceChildren(
      element("option", { value: "" }, "Choose one"),
      ...names.map((name) => element("option", { value: name }, name)),
    );
    this.#known.value = names.includes(value) ? value : "";
  }

  async #take(file: File | undefined): Promise<void> {
    if (!file) return;
    const name = datasetNameOf(file.name);
    await this.#while(async (signal) => {
      this.#known.value = "";
      this.#bar.hidden = false;
      const columns = columnsOf(await file.slice(0, headBytes).text(), name);
      const { location } = await upload(
        name,
        file,
        (share) => {
          this.#bar.value = share;
          this.#said.textContent = `Sending ${file.name}: ${Math.round(share * 100)}% of ${size(file.size)}`;
        },
        signal,
      );
      await this.look();
      this.#known.value = name;
      this.#choose({ name, location, columns }, size(file.size));
    });
  }

  async #takeKnown(name: string): Promise<void> {
    const known = this.#there.find((each) => each.name === name);
    if (!known) return this.#onChange(undefined);
    await this.#while(async () => {
      const columns = columnsOf(await headOf(await datasetFile(name)), name);
      this.#choose({ name, location: known.location, columns }, size(known.bytes));
    });
  }

  #choose(chosen: Chosen, about: string): void {
    const count = chosen.columns.length;
    this.#tell([chosen.name, about, `${count} ${count === 1 ? "column" : "columns"}`].join(", "));
    this.#onChange(chosen);
  }

  /** One at a time: the latest counts. */
  async #while(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#uploading?.abort();
    const own = (this.#uploading = new AbortController());
    this.#onChange(undefined);
    try {
      await work(own.signal);
    } catch (error) {
      if (!own.signal.aborted) this.#tell((error as Error).message);
    } finally {
      if (this.#uploading === own) this.#bar.hidden = true;
      this.#file.value = "";
    }
  }

  #tell(text: string): void {
    this.#said.textContent = text;
    announce(text);
  }
}

import type { Answer } from "@chatdb/contracts/answer.ts";
import type { ExportRequest } from "@chatdb/contracts/query.ts";
import { exportRows } from "../api.ts";
import { announce, button, element } from "../dom.ts";

type Format = NonNullable<ExportRequest["format"]>;

/** Buttons that save all rows of an answer, those too that are not shown. */
export function exports({ statement, datasource }: Answer): HTMLElement {
  const said = element("span", { className: "muted" });
  const tell = (text: string) => {
    said.textContent = text;
    announce(text);
  };
  const save = async (format: Format) => {
    tell("Saving");
    try {
      const url = URL.createObjectURL(await exportRows(datasource, { ...statement, format }));
      element("a", { href: url, download: `${datasource}.${format}` }).click();
      URL.revokeObjectURL(url);
      tell("Saved");
    } catch (error) {
      tell(`Not saved: ${(error as Error).message}`);
    }
  };
  const formats: Record<string, Format> = { CSV: "csv", JSON: "json" };
  const buttons = Object.entries(formats).map(([name, format]) => button(`Save ${name}`, () => void save(format)));
  return element("div", { className: "actions", role: "group", aria: { label: "Save all rows" } }, said, ...buttons);
}

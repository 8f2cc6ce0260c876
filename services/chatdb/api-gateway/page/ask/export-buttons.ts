import type { Answer } from "@chatdb/contracts/answer.ts";
import type { ExportRequest } from "@chatdb/contracts/query.ts";
import { exportRows } from "../api.ts";
import { announce, button, element } from "../dom.ts";

type Format = NonNullable<ExportRequest["format"]>;

/** Creates the buttons that save all rows of an answer, including those not shown. */
export function exportButtons({ statement, datasource }: Answer): HTMLElement {
  const status = element("span", { className: "muted" });
  const showStatus = (text: string) => {
    status.textContent = text;
    announce(text);
  };
  const save = async (format: Format) => {
    showStatus("Saving");
    try {
      const url = URL.createObjectURL(await exportRows(datasource, { ...statement, format }));
      element("a", { href: url, download: `${datasource}.${format}` }).click();
      URL.revokeObjectURL(url);
      showStatus("Saved");
    } catch (error) {
      showStatus(`Not saved: ${(error as Error).message}`);
    }
  };
  const formats: Record<string, Format> = { CSV: "csv", JSON: "json" };
  const buttons = Object.entries(formats).map(([name, format]) => button(`Save ${name}`, () => void save(format)));
  return element("div", { className: "actions", role: "group", aria: { label: "Save all rows" } }, status, ...buttons);
}

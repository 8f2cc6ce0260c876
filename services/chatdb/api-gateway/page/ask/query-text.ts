import type { Dialect, Statement } from "@chatdb/contracts/query.ts";
import { announce, button, element } from "../dom.ts";

const languages: Record<Dialect, string> = { postgresql: "PostgreSQL", mysql: "MySQL", mongodb: "MongoDB" };

/** Shows the executed query, to unfold and copy. */
export function queryText(statement: Statement, dialect: Dialect): HTMLElement {
  const text =
    "sql" in statement
      ? statement.sql
      : `db.getCollection(${JSON.stringify(statement.collection)}).aggregate(${JSON.stringify(statement.pipeline, undefined, 2)})`;
  const copy = button("Copy", () => {
    void navigator.clipboard.writeText(text).then(
      () => showStatus("Copied"),
      () => showStatus("Could not copy"),
    );
  });
  const showStatus = (text: string) => {
    copy.textContent = text;
    announce(text);
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  };
  return element(
    "details",
    { className: "query" },
    element("summary", {}, "Query", element("span", { className: "muted" }, languages[dialect])),
    element(
      "div",
      { className: "code-frame" },
      element("pre", { tabIndex: 0, role: "region", aria: { label: "Query" } }, element("code", {}, text)),
      copy,
    ),
    parameters("params" in statement ? statement.params : [], dialect),
  );
}

function parameters(params: readonly unknown[], dialect: Dialect): HTMLElement | undefined {
  if (params.length === 0) return undefined;
  const values = params.map((value, at) =>
    element(
      "li",
      {},
      element("span", {}, dialect === "postgresql" ? `$${at + 1}` : String(at + 1)),
      " ",
      element("code", {}, JSON.stringify(value)),
    ),
  );
  return element("div", { className: "parameters" }, "Parameters ", element("ul", {}, ...values));
}

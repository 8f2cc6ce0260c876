import { expect } from "chai";
import { edges, mermaid } from "../../render/graph.ts";
import { recording, variants } from "../support/stacks.ts";

const unlined = (name: string) => name.replaceAll("-", "_");

describe("graph", () => {
  for (const variant of variants) {
    it(`shows the edges that were declared and no others: ${variant}`, async () => {
      const resources = await recording(variant);
      const shown = mermaid(resources)
        .split("\n")
        .flatMap((line) => /^ {2}(\w+) (-->|-\.->) (\w+)$/.exec(line)?.slice(1).join(" ") ?? []);
      const declared = edges(resources).map(
        ({ from, to, lazy }) => `${unlined(from)} ${lazy ? "-.->" : "-->"} ${unlined(to)}`,
      );
      expect(shown)
        .to.have.length.above(10)
        .and.have.members([...new Set(declared)]);
    });
  }

  it("draws services as boxes and what they stand on as cylinders, each once", async () => {
    const nodes = mermaid(await recording("external"))
      .split("\n")
      .filter((line) => /^ {2}\w+\[/.test(line));
    expect(new Set(nodes)).to.have.length(nodes.length);
    expect(nodes).to.include.members([
      "  api_gateway[api-gateway]",
      "  postgres[(postgres)]",
      "  kafka[(kafka)]",
      "  minio[(minio)]",
      "  orders[(orders)]",
      "  added_data_sources[(added-data-sources)]",
      "  web_datasets[(web-datasets)]",
      "  language_model[(language-model)]",
    ]);
    expect(nodes).to.have.length(8 + 7);
  });

  it("dashes the edges that startup does not wait for", async () => {
    expect(edges(await recording("dev")).filter(({ lazy }) => lazy)).to.have.deep.members([
      { from: "query-parser", to: "db-connector", lazy: true },
      { from: "query-parser", to: "model-registry", lazy: true },
      { from: "ml-engine", to: "db-connector", lazy: true },
    ]);
  });
});

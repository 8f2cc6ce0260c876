import { expect } from "chai";
import { edges, mermaid } from "../../render/graph.ts";
import { recording, variants } from "../support/stacks.ts";

const id = (title: string) => title.replaceAll("-", "_").replace("/", "__");

describe("graph", () => {
  for (const variant of variants) {
    it(`shows exactly the declared edges: ${variant}`, async () => {
      const resources = await recording(variant);
      const shown = mermaid(resources)
        .split("\n")
        .flatMap((line) => /^ {2}(\w+) (-->|-\.->) (\w+)$/.exec(line)?.slice(1).join(" ") ?? []);
      const declared = edges(resources).map(({ from, to, lazy }) => `${id(from)} ${lazy ? "-.->" : "-->"} ${id(to)}`);
      expect(shown)
        .to.have.length.above(10)
        .and.have.members([...new Set(declared)]);
    });
  }

  it("draws each service as a box and each store as a cylinder, once", async () => {
    const nodes = mermaid(await recording("external"))
      .split("\n")
      .filter((line) => /^ {4}\w+\[/.test(line));
    expect(new Set(nodes)).to.have.length(nodes.length);
    expect(nodes).to.include.members([
      "    chatdb__api_gateway[api-gateway]",
      "    chatdb__postgres[(postgres)]",
      "    chatdb__kafka[(kafka)]",
      "    chatdb__minio[(minio)]",
      "    chatdb__orders[(orders)]",
      "    chatdb__added_data_sources[(added-data-sources)]",
      "    chatdb__web_datasets[(web-datasets)]",
      "    chatdb__language_model[(language-model)]",
    ]);
    expect(nodes).to.have.length(8 + 7);
  });

  it("draws dashed edges when startup does not wait for them", async () => {
    expect(edges(await recording("dev")).filter(({ lazy }) => lazy)).to.have.deep.members([
      { from: "chatdb/query-parser", to: "chatdb/db-connector", lazy: true },
      { from: "chatdb/query-parser", to: "chatdb/model-registry", lazy: true },
      { from: "chatdb/ml-engine", to: "chatdb/db-connector", lazy: true },
    ]);
  });
});

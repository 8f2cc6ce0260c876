import { expect } from "chai";
import { labels, selector } from "../../../components/workload/labels.ts";

describe("labels", () => {
  it("the selector is one label that never changes", () => {
    expect(selector("kafka")).to.deep.equal({ "app.kubernetes.io/name": "kafka" });
  });

  it("labels of a workload hold its selector, what it is and what it belongs to", () => {
    expect(labels("kafka", "infrastructure", { partOf: "shop" })).to.deep.equal({
      "app.kubernetes.io/name": "kafka",
      "app.kubernetes.io/component": "infrastructure",
      "app.kubernetes.io/part-of": "shop",
    });
  });
});

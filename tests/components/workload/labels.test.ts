import { expect } from "chai";
import { labels, selector } from "../../../components/workload/labels.ts";

describe("labels", () => {
  it("select by one label that never changes", () => {
    expect(selector("kafka")).to.deep.equal({ "app.kubernetes.io/name": "kafka" });
  });

  it("include the selector, the component and the system of a workload", () => {
    expect(labels("kafka", "infrastructure", { partOf: "shop" })).to.deep.equal({
      "app.kubernetes.io/name": "kafka",
      "app.kubernetes.io/component": "infrastructure",
      "app.kubernetes.io/part-of": "shop",
    });
  });
});

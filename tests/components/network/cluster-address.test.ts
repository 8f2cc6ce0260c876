import { expect } from "chai";
import { namespaceOf } from "../../../components/network/cluster-address.ts";

describe("cluster address", () => {
  it("is the name of a Service with its namespace", () => {
    for (const url of ["http://a.b.svc/v1", "https://a.b.svc.cluster.local:1/v1"])
      expect(namespaceOf(url)).to.equal("b");
    for (const url of ["http://a.b/v1", "http://a.svc/v1", "http://a.b.svc.example.com/v1", "http://a@b.svc/v1"])
      expect(namespaceOf(url)).to.equal(undefined);
  });
});

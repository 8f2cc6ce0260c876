import { expect } from "chai";
import { namespaceOf, portOf } from "../../../components/network/endpoint.ts";

describe("endpoint", () => {
  it("finds the namespace of the Service that the URL names", () => {
    for (const url of ["http://a.b.svc/v1", "https://a.b.svc.cluster.local:1/v1"])
      expect(namespaceOf(url)).to.equal("b");
    for (const url of ["http://a.b/v1", "http://a.svc/v1", "http://a.b.svc.example.com/v1", "http://a@b.svc/v1"])
      expect(namespaceOf(url)).to.equal(undefined);
  });

  it("takes the port of the URL, or the default of its scheme", () => {
    expect(portOf("http://a.b.svc:8080/v1")).to.equal(8080);
    expect(portOf("http://a.b.svc/v1")).to.equal(80);
    expect(portOf("https://example.com")).to.equal(443);
  });
});

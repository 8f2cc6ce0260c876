import { defaultTls } from "@chatdb/contracts/data-sources.ts";
import { expect } from "chai";

describe("data sources: default of tls", () => {
  it("is off for this machine alone", () => {
    for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1"])
      expect(defaultTls(host), host).to.equal("disable");
    for (const host of ["db.example.com", "10.0.0.1", "127.example.com", "localhost.example.com", "::2", "128.0.0.1"])
      expect(defaultTls(host), host).to.equal("require");
  });
});

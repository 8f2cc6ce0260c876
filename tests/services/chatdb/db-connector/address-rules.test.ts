import { addressEnv, addedSourceRules } from "@chatdb/db-connector/added-sources/address-rules.ts";
import { ConfigurationError, readEnv } from "@platform/kit/env.ts";
import { Problem } from "@platform/kit/problem.ts";
import { expect } from "chai";
import { z } from "zod";

const rules = (env: Record<string, string>) => addedSourceRules(readEnv(z.object(addressEnv), env));

describe("where data sources may be that are added", () => {
  const cases: [what: string, env: Record<string, string>, allowed: string[], refused: string[]][] = [
    ["is nowhere by default", {}, [], ["10.0.0.1", "192.0.2.1", "127.0.0.1", "2001:db8::1"]],
    [
      "is in the ranges alone",
      { ADDED_SOURCES_RANGES: "10.20.0.0/16,2001:db8::/32" },
      ["10.20.0.1", "10.20.255.255", "2001:db8::1", "::ffff:10.20.0.1"],
      ["10.21.0.1", "2001:db9::1", "::ffff:10.21.0.1"],
    ],
    [
      "is not in their exceptions",
      { ADDED_SOURCES_RANGES: "10.0.0.0/8", ADDED_SOURCES_EXCEPT: "10.96.0.0/12,10.0.0.0/24" },
      ["10.1.0.1"],
      ["10.96.0.1", "10.111.255.255", "10.0.0.7"],
    ],
    [
      "is no special address, however wide the ranges",
      { ADDED_SOURCES_RANGES: "0.0.0.0/0,::/0" },
      ["10.0.0.1", "192.0.2.1", "2001:db8::1"],
      [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "ff02::1",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
        "::ffff:127.0.0.1",
      ],
    ],
    [
      "is a special address where a range names it",
      { ADDED_SOURCES_RANGES: "127.0.0.0/8,::1/128" },
      ["127.0.0.1", "::1"],
      ["169.254.169.254"],
    ],
    [
      "is not around the API server",
      { ADDED_SOURCES_RANGES: "10.0.0.0/8", KUBERNETES_SERVICE_HOST: "10.96.0.1" },
      ["10.97.0.1"],
      ["10.96.0.1", "10.96.200.7"],
    ],
    [
      "is around the API server where a range as narrow says so",
      { ADDED_SOURCES_RANGES: "10.96.5.0/24", KUBERNETES_SERVICE_HOST: "10.96.0.1" },
      ["10.96.5.9"],
      ["10.96.6.9"],
    ],
  ];
  for (const [what, env, allowed, refused] of cases) {
    it(what, () => {
      for (const address of allowed) expect(rules(env).allows(address), address).to.equal(true);
      for (const address of refused) expect(rules(env).allows(address), address).to.equal(false);
    });
  }

  it("is at the ports of the three kinds, or those that are named", async () => {
    const refusal = async (port: number, env: Record<string, string>) =>
      await rules({ ADDED_SOURCES_RANGES: "192.0.2.0/24", ...env })
        .check("192.0.2.1", port)
        .then(
          () => undefined,
          (error: Problem) => error.status,
        );
    for (const port of [5432, 3306, 27017]) expect(await refusal(port, {}), String(port)).to.equal(undefined);
    expect([
      await refusal(22, {}),
      await refusal(5432, { ADDED_SOURCES_PORTS: "6432" }),
      await refusal(6432, { ADDED_SOURCES_PORTS: "6432" }),
    ]).to.deep.equal([403, 403, undefined]);
  });

  it("is refused for a name with one address that is not allowed", async () => {
    // localhost has 127.0.0.1, and on most machines ::1 too.
    const found = await rules({ ADDED_SOURCES_RANGES: "127.0.0.0/8,::1/128" }).resolve("localhost");
    expect(found).to.include("127.0.0.1");
    const refused = await rules({ ADDED_SOURCES_RANGES: "10.0.0.0/8" })
      .resolve("localhost")
      .catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Problem).with.property("message").that.contains("addedDataSources");
  });

  it("is told with all that is wrong in it", () => {
    expect(() =>
      rules({
        ADDED_SOURCES_RANGES: "10.0.0.0/8,here",
        ADDED_SOURCES_EXCEPT: "10.0.0.1",
        ADDED_SOURCES_PORTS: "5432,x",
      }),
    )
      .to.throw(ConfigurationError)
      .with.property("message")
      .that.matches(
        /ADDED_SOURCES_RANGES: expected ranges.*ADDED_SOURCES_EXCEPT: expected ranges.*ADDED_SOURCES_PORTS: /s,
      );
  });
});

import { addressEnv, addedSourceRules } from "@chatdb/db-connector/added-sources/address-rules.ts";
import { ConfigurationError, readEnv } from "@platform/kit/env.ts";
import { Problem } from "@platform/kit/problem.ts";
import { expect } from "chai";
import { z } from "zod";

const rules = (env: Record<string, string>) => addedSourceRules(readEnv(z.object(addressEnv), env));

describe("the address rules of added data sources", () => {
  const cases: [what: string, env: Record<string, string>, allowed: string[], refused: string[]][] = [
    ["allow no address by default", {}, [], ["10.0.0.1", "192.0.2.1", "127.0.0.1", "2001:db8::1"]],
    [
      "allow only addresses in the ranges",
      { ADDED_SOURCES_RANGES: "10.20.0.0/16,2001:db8::/32" },
      ["10.20.0.1", "10.20.255.255", "2001:db8::1", "::ffff:10.20.0.1"],
      ["10.21.0.1", "2001:db9::1", "::ffff:10.21.0.1"],
    ],
    [
      "refuse addresses in the exceptions",
      { ADDED_SOURCES_RANGES: "10.0.0.0/8", ADDED_SOURCES_EXCEPT: "10.96.0.0/12,10.0.0.0/24" },
      ["10.1.0.1"],
      ["10.96.0.1", "10.111.255.255", "10.0.0.7"],
    ],
    [
      "refuse special addresses however wide the ranges",
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
      "allow a special address if a narrow range contains it",
      { ADDED_SOURCES_RANGES: "127.0.0.0/8,::1/128" },
      ["127.0.0.1", "::1"],
      ["169.254.169.254"],
    ],
    [
      "refuse addresses near the API server",
      { ADDED_SOURCES_RANGES: "10.0.0.0/8", KUBERNETES_SERVICE_HOST: "10.96.0.1" },
      ["10.97.0.1"],
      ["10.96.0.1", "10.96.200.7"],
    ],
    [
      "allow addresses near the API server if a range as narrow contains them",
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

  it("allow the ports of the three dialects, or the configured ones", async () => {
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

  it("refuse a name if one of its addresses is not allowed", async () => {
    // localhost has 127.0.0.1, and on most machines ::1 too.
    const found = await rules({ ADDED_SOURCES_RANGES: "127.0.0.0/8,::1/128" }).resolve("localhost");
    expect(found).to.include("127.0.0.1");
    const refused = await rules({ ADDED_SOURCES_RANGES: "10.0.0.0/8" })
      .resolve("localhost")
      .catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Problem).with.property("message").that.contains("chatdb:dataSources.added");
  });

  it("throw an error that lists every invalid setting", () => {
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

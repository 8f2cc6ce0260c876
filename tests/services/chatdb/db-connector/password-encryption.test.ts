import {
  decryptPassword,
  deriveKeys,
  encryptPassword,
  keyEnv,
} from "@chatdb/db-connector/added-sources/password-encryption.ts";
import { ConfigurationError, readEnv } from "@platform/kit/env.ts";
import { Problem } from "@platform/kit/problem.ts";
import { expect } from "chai";
import fc from "fast-check";
import { z } from "zod";

const keys = (env: Record<string, string>) => deriveKeys(readEnv(z.object(keyEnv), env));
const [first, second] = ["a".repeat(43), "b".repeat(43)];

describe("password encryption", () => {
  const current = keys({ DATASOURCE_KEY: first, DATASOURCE_KEY_ID: "k0" });

  it("decrypts a password in its own context only", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), fc.string(), (password, place, other) => {
        const encrypted = encryptPassword(current, password, place);
        expect(decryptPassword(current, encrypted, place)).to.equal(password);
        if (other !== place)
          expect(() => decryptPassword(current, encrypted, other)).to.throw(Problem, /does not open with the key k0/);
      }),
      { numRuns: 50, interruptAfterTimeLimit: 2000 },
    );
  });

  it("encrypts equal passwords differently", () => {
    expect(encryptPassword(current, "x", "y").password).to.not.equal(encryptPassword(current, "x", "y").password);
  });

  it("refuses a password of which a byte was changed", () => {
    const encrypted = encryptPassword(current, "password", "place");
    const bytes = Buffer.from(encrypted.password, "base64");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(
        () => decryptPassword(current, { ...encrypted, password: changed.toString("base64") }, "place"),
        String(at),
      ).to.throw(Problem);
    }
    expect(() => decryptPassword(current, { ...encrypted, password: "" }, "place")).to.throw(Problem);
  });

  it("decrypts with the previous key and encrypts with the current one", () => {
    const rotated = keys({
      DATASOURCE_KEY: second,
      DATASOURCE_KEY_ID: "k1",
      DATASOURCE_KEY_PREVIOUS: first,
      DATASOURCE_KEY_PREVIOUS_ID: "k0",
    });
    expect(decryptPassword(rotated, encryptPassword(current, "password", "place"), "place")).to.equal("password");
    const anew = encryptPassword(rotated, "password", "place");
    expect(anew.key_id).to.equal("k1");
    expect(() => decryptPassword(current, anew, "place")).to.throw(
      Problem,
      /under the key k1, and this connector has k0 alone/,
    );
  });

  it("refuses a short key without showing it", () => {
    expect(() => keys({ DATASOURCE_KEY: "short-secret" }))
      .to.throw(ConfigurationError)
      .with.property("message")
      .that.satisfies(
        (message: string) =>
          /DATASOURCE_KEY: expected 32 characters.*DATASOURCE_KEY_ID: not set/s.test(message) &&
          !message.includes("short-secret"),
      );
  });
});

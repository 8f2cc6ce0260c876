import { madminDecrypt, madminEncrypt } from "@platform/provisioner/madmin-encryption.ts";
import { expect } from "chai";
import fc from "fast-check";

// sio-go 0.3.1 produced this and madmin-go 3.0.109 read it back: salt 32 times 7, nonce 1 to 8.
const fromGo =
  "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcCAQIDBAUGBwiF/i+8HSIyNO9Zrv3xdA3dwtaKGVuNZ2HtY56QrPMceu/nTUVG8S31kRtltXfQ69enlv+AWL66uepuxyLxHMoW";

describe("madmin encryption", () => {
  it("decrypts data from MinIO's own client", () => {
    expect(madminDecrypt("rootpassword", Buffer.from(fromGo, "base64")).toString()).to.equal(
      '{"secretKey":"correct horse","status":"enabled"}',
    );
  });

  it("decrypts its own data of any size, fragment boundaries included", () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: -1, max: 1 }).chain((d) => fc.constantFrom(16_384 + d, 2 * 16_384 + d)),
    );
    fc.assert(
      fc.property(fc.string(), sizes, fc.nat(255), (secret, size, byte) => {
        const data = Buffer.alloc(size, byte);
        expect(madminDecrypt(secret, madminEncrypt(secret, data)).equals(data)).to.be.true;
      }),
      { numRuns: 40 },
    );
  });

  it("never encrypts the same way twice", () => {
    const data = Buffer.from("x");
    expect(madminEncrypt("s", data).equals(madminEncrypt("s", data))).to.be.false;
  });

  it("rejects a wrong secret, every changed byte, a truncated end and reordered fragments", () => {
    const encrypted = madminEncrypt("s", Buffer.from("data"));
    expect(() => madminDecrypt("t", encrypted)).to.throw();
    for (let index = 0; index < encrypted.length; index += 1) {
      const changed = Buffer.from(encrypted);
      changed[index]! ^= 1;
      expect(() => madminDecrypt("s", changed), `byte ${index}`).to.throw();
    }
    expect(() => madminDecrypt("s", encrypted.subarray(0, 50))).to.throw("too short");
    const long = madminEncrypt("s", Buffer.alloc(20_000));
    expect(() => madminDecrypt("s", long.subarray(0, 41 + 16_384 + 16))).to.throw();
  });
});

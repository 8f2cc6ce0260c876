import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { login } from "../../../components/data/login.ts";
import { run } from "../../support/program.ts";

async function at(rotation: number, length?: number) {
  const made: { user: string; password: string; previousUser: string | undefined }[] = [];
  const resources = await run(() => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const { user, password, previousUser } = login("shop", { base: "shop", rotation, length }, parent);
    password.apply((password) => made.push({ user, password, previousUser }));
  });
  return { ...made[0]!, resource: resources.find(({ name }) => name === "shop")! };
}

describe("login", () => {
  it("alternates between two users, with a new password at each rotation", async () => {
    const logins = [await at(0), await at(1), await at(2), await at(3)];
    expect(logins.map(({ user, previousUser }) => [user, previousUser])).to.deep.equal([
      ["shop_a", undefined],
      ["shop_b", "shop_a"],
      ["shop_a", "shop_b"],
      ["shop_b", "shop_a"],
    ]);
    expect(new Set(logins.map(({ password }) => password))).to.have.length(4);
  });

  it("keeps its password when nothing is rotated", async () => {
    expect((await at(2)).password).to.equal((await at(2)).password);
  });

  it("has a password of 32 letters and digits, or of the requested length", async () => {
    expect((await at(0)).password).to.match(/^[A-Za-z0-9]{32}$/);
    expect((await at(0, 40)).password).to.match(/^[A-Za-z0-9]{40}$/);
  });
});

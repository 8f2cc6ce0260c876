import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { administrator, type AdministratorArgs } from "../../../components/data/administrator.ts";
import { object } from "../../../render/objects.ts";
import { run, namespace } from "../../support/program.ts";

const program =
  (more: Partial<AdministratorArgs> = {}) =>
  () => {
    const parent = new pulumi.ComponentResource("test:index:Server", "server");
    administrator("server", { namespace: namespace("data"), ...more }, parent);
  };
const password = async (more?: Partial<AdministratorArgs>) =>
  object(await run(program(more)), "Secret", "server-admin").stringData.password;

describe("administrator", () => {
  it("generates a password of letters and digits of the requested length, and keeps it", async () => {
    expect(await password()).to.match(/^[A-Za-z0-9]{32}$/);
    expect(await password({ length: 40 })).to.match(/^[A-Za-z0-9]{40}$/);
    expect(await password()).to.equal(await password());
  });

  it("stores the password in a Secret of the server's namespace, with the other entries of the server", async () => {
    const { metadata, stringData } = object(
      await run(program({ extraKeys: { username: "root" } })),
      "Secret",
      "server-admin",
    );
    expect(metadata.namespace).to.equal("data");
    expect(Object.keys(stringData)).to.have.members(["username", "password"]);
  });

  it("is protected when the server's data is, which nobody could read without the password", async () => {
    const isProtected = async (protect?: boolean) =>
      (await run(program({ protect }))).find(({ name, type }) => name === "server-admin" && type.startsWith("random:"))!
        .protect;
    expect([await isProtected(), await isProtected(true)]).to.deep.equal([false, true]);
  });
});

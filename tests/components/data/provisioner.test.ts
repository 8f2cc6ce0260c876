import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Login } from "../../../components/data/login.ts";
import { Provisioner } from "../../../components/data/provisioner.ts";
import { environment, object, objects, resource } from "../../../render/objects.ts";
import { dependency, run, namespace } from "../../support/program.ts";

const program = (previousUser: Login["previousUser"]) => () => {
  const parent = new pulumi.ComponentResource("test:index:Server", "server");
  const administration = dependency("server", { env: { ADMIN: "root" }, secretEnv: { ADMIN_PASSWORD: "a-password" } });
  const provisioner = new Provisioner(
    { namespace: namespace("data"), image: "example.com/provisioner:1", administration },
    parent,
  );
  provisioner.run("server-shop", "database", { env: { USER_NAME: "shop_b" }, secretEnv: { USER_PASSWORD: "another" } });
  const login: Login = { user: "shop_b", password: pulumi.output("another"), previousUser };
  const retire = provisioner.retire("server-shop", "retire-user", login, (user) => ({
    env: { USER_NAME: user },
    secretEnv: { KEY: `key of ${user}` },
  }));
  retire(new k8s.core.v1.ConfigMap("running", {}));
};

describe("provisioner", () => {
  it("runs a command as the administrator", async () => {
    const resources = await run(program(undefined));
    const { namespace } = object(resources, "Job", "server-shop").metadata;
    const [container] = object(resources, "Job", "server-shop").spec.template.spec.containers;
    expect({ namespace, image: container!.image, args: container!.args }).to.deep.equal({
      namespace: "data",
      image: "example.com/provisioner:1",
      args: ["main.js", "database"],
    });
    expect(environment(resources, "server-shop")).to.deep.equal({
      ADMIN: "root",
      ADMIN_PASSWORD: "a-password",
      USER_NAME: "shop_b",
      USER_PASSWORD: "another",
    });
  });

  it("removes the previous user after its successor is in use, with a delay for draining connections", async () => {
    const resources = await run(program("shop_a"));
    const retire = "server-shop-retire";
    expect(object(resources, "Job", retire).spec.template.spec.containers[0]!.args).to.deep.equal([
      "main.js",
      "retire-user",
    ]);
    expect(environment(resources, retire)).to.include({
      ADMIN: "root",
      USER_NAME: "shop_a",
      KEY: "key of shop_a",
      GRACE_SECONDS: "50",
    });
    expect(resource(resources, "Job", retire).dependencies).to.include(resource(resources, "ConfigMap", "running").urn);
  });

  it("removes nothing before the first rotation", async () => {
    expect(objects(await run(program(undefined)), "Job")).to.have.length(1);
  });
});

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { objects } from "../../../render/objects.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { kind } from "../../../render/waves.ts";
import { recording, variants } from "../../support/stacks.ts";

describe("preview of ChatDB", () => {
  for (const variant of variants) {
    describe(variant, () => {
      let preview: RecordedResource[];
      let made: RecordedResource[];
      before(async () => {
        preview = await recording(variant, { preview: true });
        made = await recording(variant);
      });
      const paths = (of: "unknowns" | "secrets") =>
        preview.flatMap((one) => one[of].map((path) => `${kind(one)} ${one.name} ${path}`));
      const secretValues = () =>
        objects(preview, "Secret").map((secret) => preview.find(({ inputs }) => (inputs as unknown) === secret)!.name);

      it("shows every resource", () => {
        expect(preview.map(({ urn }) => urn).sort()).to.deep.equal(made.map(({ urn }) => urn).sort());
      });

      it("knows every value except passwords and values derived from them", () => {
        const allowed = [
          ...secretValues().map((name) => `Secret ${name} stringData`),
          "StatefulSet kafka spec.template.spec.containers.0.env.3.value",
        ];
        expect(paths("unknowns").filter((path) => !allowed.includes(path))).to.deep.equal([]);
      });

      it("hides exactly the values of Secrets", () => {
        expect(paths("secrets").sort()).to.deep.equal(
          secretValues()
            .map((name) => `Secret ${name} stringData`)
            .sort(),
        );
      });

      it("knows the outputs of components, except an address that a cloud assigns", () => {
        const unknown = (value: unknown) => JSON.stringify(value).includes(pulumi.runtime.unknownValue);
        const addressed = variant === "prod" ? ["platform:systems:ChatDb"] : [];
        expect(preview.filter(({ outputs }) => unknown(outputs)).map(({ type }) => type)).to.deep.equal(addressed);
      });
    });
  }
});

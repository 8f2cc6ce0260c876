import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { issues } from "../../support/configuration.ts";

const secure = { secure: "v1:encrypted" };

describe("docs/chatdb/language-model.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/chatdb/language-model.md"), "utf8");
  const examples = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, yaml]) => (parse(yaml!) as Record<"chatdb:llm", { baseUrl: string }>)["chatdb:llm"],
  );
  for (const llm of examples) {
    it(`shows valid settings with a key: ${llm.baseUrl}`, async () => {
      expect(await issues({ "chatdb:llm": llm, "chatdb:llm.key": secure })).to.deep.equal({});
    });
  }
});

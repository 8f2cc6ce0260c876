import { rm, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createService as createGateway } from "@chatdb/api-gateway/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { temporaryDirectory } from "../../../../services/embedded/data-directory.ts";
import { startChatDb } from "@chatdb/embedded/chatdb.ts";
import { housesCsv } from "@chatdb/sample-data/datasets.ts";

/** Starts all of ChatDB, with a folder of files to train from. */
export async function startTrainingPlatform() {
  const directory = temporaryDirectory();
  const platform = await startChatDb({ host: "127.0.0.1", port: 0, directory, logLevel: "silent" });
  const folder = await mkdtemp(join(tmpdir(), "to-train-from-"));
  const closing: (() => Promise<unknown>)[] = [];
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  return {
    url: platform.url,
    /** Writes a file and returns its path. */
    file,
    houses: await file("houses of mine.csv", housesCsv(300)),
    flowers: await file("flowers.csv", flowersCsv()),
    /** Starts a gateway to the same services that requires tokens, and returns its URL. */
    async guarded(oidc: { issuer: string; audience: string }): Promise<string> {
      const { url } = platform;
      const upstreams = {
        trainingOrchestrator: url,
        mlEngine: url,
        queryParser: url,
        modelRegistry: url,
        predictionService: url,
        dbConnector: url,
      };
      const gateway = await createGateway({ upstreams, oidc, log: createLogger("test", "silent") });
      closing.push(() => gateway.close());
      return await gateway.listen({ host: "127.0.0.1", port: 0 });
    },
    async close(): Promise<void> {
      for (const each of closing) await each();
      await platform.close();
      directory.release();
      await rm(folder, { recursive: true });
    },
  };
}

/** Generates two kinds of flowers that differ in their petals. */
function flowersCsv(): string {
  const rows = Array.from({ length: 120 }, (_, at) =>
    (at % 2 === 0 ? [1 + (at % 7) / 10, "short", "daisy"] : [4 + (at % 9) / 10, "long", "lily"]).join(","),
  );
  return ["petal,stem,kind", ...rows, ""].join("\n");
}

import { kubectl, until, untilReady } from "./kubectl.ts";
import type { Deployment } from "./deployment.ts";
import { troubles } from "./troubles.ts";

/** Root hooks of mocha that deploy a stack once for all files of a folder, and delete it at the end. */
export function deployOnce(name: string, stack: Deployment) {
  const seconds = (start: number) => ((performance.now() - start) / 1000).toFixed(1);
  return {
    async beforeAll(this: Mocha.Context) {
      this.timeout(600_000);
      const start = performance.now();
      await stack.up();
      console.log(`  ${name} up by ${stack.means} in ${seconds(start)} s`);
      await untilReady();
    },
    async afterEach(this: Mocha.Context) {
      if (this.currentTest?.state !== "failed") return;
      this.timeout(120_000);
      for (const line of await troubles()) console.log(`      ${line}`);
    },
    async afterAll(this: Mocha.Context) {
      this.timeout(300_000);
      const start = performance.now();
      if (!(await stack.down())) return;
      await until("the cluster has let go of everything", 120, async () => {
        const namespaces = await kubectl("get", "namespaces", "--output=name");
        const volumes = await kubectl(
          "get",
          "persistentvolumes",
          "--output=jsonpath={.items[*].spec.claimRef.namespace}",
        );
        return `${namespaces} ${volumes}`.includes("chatdb-") ? undefined : true;
      });
      console.log(`  ${name} down in ${seconds(start)} s`);
    },
  };
}

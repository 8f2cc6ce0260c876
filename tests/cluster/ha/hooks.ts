import { untilReady } from "../support/kubectl.ts";
import { stack } from "./stack.ts";

/** One deployment for all files of this folder. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context) {
    this.timeout(600_000);
    const start = performance.now();
    await stack.up();
    await untilReady();
    console.log(`  prod up by ${stack.means} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  },
  async afterAll(this: Mocha.Context) {
    this.timeout(300_000);
    await stack.down();
  },
};

import { networkTests } from "../support/network-tests.ts";
import { stack } from "./stack.ts";

describe("The network of prod on a real Kubernetes", function () {
  this.timeout(180_000);
  networkTests(stack);
});

import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { startShop, type TestShop } from "../support/shop.ts";

/** Starts the sample shop before the tests of a suite and hands it over, with its schema made ready for questions; ends it after them. */
export function withShop(handOver: (shop: TestShop, index: SchemaIndex) => void): void {
  let shop: TestShop | undefined;
  before(async function () {
    this.timeout(180_000);
    shop = await startShop();
    handOver(shop, new SchemaIndex(await shop.connector.schema("shop")));
  });
  after(() => shop?.close());
}

import { clusterProvider } from "./config/cluster.ts";
import { guardDigests, imageReference } from "./config/images.ts";
import { readStack } from "./config/stack.ts";
import { systems as table } from "./systems/index.ts";

const stack = await readStack(table);
const images = stack.systems.map(([, system]) => system.images);
guardDigests(stack.platform, Object.assign({}, ...images) as Record<string, string>);
const providers = { kubernetes: clusterProvider(stack.platform) };
const args = { platform: stack.platform, image: (name: string) => imageReference(stack.platform, name) };

/** What each system of the stack says about itself: ChatDB's `url`, and a question to `ask`. */
export const systems = Object.fromEntries(
  stack.systems.map(([name, system]) => [name, system.deploy(args, { providers })]),
);

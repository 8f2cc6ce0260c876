import { setImmediate as turn } from "node:timers/promises";
import { recordStack, type StackOptions } from "../../render/stack.ts";

/** What was registered, by kind and name: `Deployment api-gateway`. */
export interface Registered {
  readonly whileHeld: readonly string[];
  readonly afterwards: readonly string[];
}

/**
 * Runs a stack in which one resource, `StatefulSet postgres` say, is not ready until nothing more happens without it.
 * @throws Error where there is no such resource.
 */
export async function holdBack(held: string, stack: string, options: StackOptions = {}): Promise<Registered> {
  const registered: string[] = [];
  const gate = Promise.withResolvers<void>();
  const running = recordStack(stack, {
    ...options,
    hold: ({ type, name }) => {
      registered.push(`${type.split(":").at(-1)} ${name}`);
      return registered.at(-1) === held ? gate.promise : undefined;
    },
  });
  const whileHeld = await Promise.race([running, quiet(registered)])
    .then(() => [...registered])
    .finally(gate.resolve);
  await running;
  if (!registered.includes(held)) throw new Error(`The stack ${stack} has no ${held}.`);
  return { whileHeld, afterwards: registered };
}

/** Turns of the event loop without anything new after which nothing more is expected. */
const quietTurns = 200;

async function quiet(list: readonly unknown[]): Promise<void> {
  for (let turns = 0, known = 0; turns < quietTurns; await turn()) {
    turns = list.length > 0 && list.length === known ? turns + 1 : 0;
    known = list.length;
  }
}

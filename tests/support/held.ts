import { setImmediate as turn } from "node:timers/promises";
import { recordStack, type StackOptions } from "../../render/stack.ts";

/** Registered resources by kind and name: `Deployment api-gateway`. */
export interface Registered {
  readonly whileHeld: readonly string[];
  readonly afterwards: readonly string[];
}

/**
 * Runs a stack in which one resource, such as `StatefulSet postgres`, stays pending until nothing else can be created.
 * @throws Error if there is no such resource, or more than one.
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
  const whileHeld = await Promise.race([running, idle(registered)])
    .then(() => [...registered])
    .finally(gate.resolve);
  await running;
  const count = registered.filter((name) => name === held).length;
  if (count !== 1) throw new Error(`The stack ${stack} has ${count} resources ${held}.`);
  return { whileHeld, afterwards: registered };
}

/** Turns of the event loop without a new resource until the stack counts as idle. */
const idleTurns = 200;

async function idle(list: readonly unknown[]): Promise<void> {
  for (let turns = 0, known = 0; turns < idleTurns; await turn()) {
    turns = list.length > 0 && list.length === known ? turns + 1 : 0;
    known = list.length;
  }
}

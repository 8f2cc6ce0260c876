import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Letters and digits: 256 bits. */
const length = 43;

/** A key under which a service keeps what is secret, as its environment has it. */
export interface EncryptionKey {
  readonly env: Record<string, string>;
  readonly secretEnv: Record<string, pulumi.Output<string>>;
}

/**
 * The key of one rotation in `<as>` with its id in `<as>_ID`, and from the first rotation on the key before it in `<as>_PREVIOUS`
 * and `<as>_PREVIOUS_ID`: it opens what was encrypted under it.
 * @param rotation how often keys have been rotated; each number has a key of its own
 */
export function encryptionKey(name: string, as: string, rotation: number, parent: pulumi.Resource): EncryptionKey {
  const keys = [[as, rotation] as const, ...(rotation === 0 ? [] : [[`${as}_PREVIOUS`, rotation - 1] as const])];
  const key = (number: number) =>
    new random.RandomPassword(`${name}-key-${number}`, { length, special: false }, { parent }).result;
  return {
    env: Object.fromEntries(keys.map(([variable, number]) => [`${variable}_ID`, `k${number}`])),
    secretEnv: Object.fromEntries(keys.map(([variable, number]) => [variable, key(number)])),
  };
}

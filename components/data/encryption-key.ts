import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Letters and digits of a key of 256 bits. */
const length = 43;

/** A key with which a service encrypts secrets, as variables of its environment. */
export interface EncryptionKey {
  readonly env: Record<string, string>;
  readonly secretEnv: Record<string, pulumi.Output<string>>;
}

/**
 * Makes the key of one rotation, in the variable `<as>` with its id in `<as>_ID`. From the first rotation on, the key
 * before it is in `<as>_PREVIOUS` and `<as>_PREVIOUS_ID`, to decrypt what it encrypted.
 * @param rotation how often keys have been rotated; a jump of two makes secrets of the key before unreadable
 *
 * @example
 * new Microservice("shop", { ...args, ...encryptionKey("shop", "CARD_KEY", 0, this) });
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

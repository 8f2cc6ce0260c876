import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** A user and its password, made for one consumer of a server. */
export interface Login {
  readonly user: string;
  readonly password: pulumi.Output<string>;
  /** The user of the rotation before this one: it is in use until the consumer has moved to `user`. Undefined before the first rotation. */
  readonly previousUser: string | undefined;
}

export interface LoginArgs {
  /** The user's name without its turn: the rest of it is `_a` or `_b`. */
  readonly base: string;
  /** How often passwords have been rotated. Each number has a password of its own. */
  readonly rotation: number;
  /** Letters and digits of the password. Default 32. */
  readonly length?: number;
}

/**
 * The login of a consumer at one rotation. Two users take turns: each rotation gives a new password to the one that is not in use,
 * so that nothing fails between the moment when the server learns it and the moment when the consumer does. Servers know it as the
 * strategy of alternating users: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets_strategies.html.
 */
export function login(name: string, { base, rotation, length = 32 }: LoginArgs, parent: pulumi.Resource): Login {
  const turn = (number: number) => `${base}_${number % 2 === 0 ? "a" : "b"}`;
  const { result } = new random.RandomPassword(
    name,
    { length, special: false, keepers: { rotation: String(rotation) } },
    { parent },
  );
  return { user: turn(rotation), password: result, previousUser: rotation === 0 ? undefined : turn(rotation - 1) };
}

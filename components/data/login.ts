import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** A user and its password, made for one consumer of a server. */
export interface Login {
  /** Name of the user on the server. */
  readonly user: string;
  readonly password: pulumi.Output<string>;
  /**
   * User of the rotation before, which is in use until the consumer runs as `user`. Undefined before the first
   * rotation.
   */
  readonly previousUser: string | undefined;
}

export interface LoginArgs {
  /** Name of the user without its ending, `_a` or `_b`. Another name makes another user and abandons the old one. */
  readonly base: string;
  /** How often passwords have been rotated. Each number has a password of its own; count up one by one. */
  readonly rotation: number;
  /** Letters and digits of the password. Default 32. */
  readonly length?: number;
}

/**
 * Makes the login of a consumer at one rotation. Two users alternate: a rotation gives a new password to the one that
 * is not in use, so no request fails between the moments when the server and the consumer learn it. The strategy of
 * alternating users: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets_strategies.html.
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

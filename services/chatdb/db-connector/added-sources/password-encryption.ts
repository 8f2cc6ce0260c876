import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { z } from "zod";

const algorithm = "aes-256-gcm";
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** Keys by id. The first one encrypts; the others only decrypt older passwords. */
export type Keys = ReadonlyMap<string, Buffer>;

const id = z.string().regex(/^[\w-]{1,64}$/, "expected at most 64 letters, digits, _ and -");
const secret = z.string().min(32, "expected 32 characters or more, such as `openssl rand -base64 32` gives");

/** The environment variables with the secrets that encrypt the passwords of data sources. */
export const keyEnv = {
  DATASOURCE_KEY: secret,
  DATASOURCE_KEY_ID: id,
  /** The previous key, which decrypts older passwords. */
  DATASOURCE_KEY_PREVIOUS: secret.optional(),
  DATASOURCE_KEY_PREVIOUS_ID: id.optional(),
};

/** Derives a key from each secret. */
export function deriveKeys(env: z.infer<z.ZodObject<typeof keyEnv>>): Keys {
  const derive = (from: string) => Buffer.from(hkdfSync("sha256", from, "", "passwords of data sources", keyBytes));
  const { DATASOURCE_KEY_PREVIOUS: previous, DATASOURCE_KEY_PREVIOUS_ID: previousId } = env;
  const older = previous !== undefined && previousId !== undefined ? [[previousId, derive(previous)] as const] : [];
  return new Map([[env.DATASOURCE_KEY_ID, derive(env.DATASOURCE_KEY)], ...older]);
}

export interface EncryptedPassword {
  key_id: string;
  /** Initialisation vector, tag and ciphertext in base64. */
  password: string;
}

/** Encrypts a password. @param context is authenticated with it, so that the password decrypts in no other context */
export function encryptPassword(keys: Keys, plain: string, context: string): EncryptedPassword {
  const [key_id, key] = keys.entries().next().value!;
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(context));
  const encrypted = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return { key_id, password: Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString("base64") };
}

/** Decrypts a password. @throws Problem 503 when no key decrypts it in this context */
export function decryptPassword(keys: Keys, { key_id, password }: EncryptedPassword, context: string): string {
  const key = keys.get(key_id);
  if (!key)
    throw new Problem(
      chatdbProblems.dataSourcePasswordUnavailable,
      `The password is encrypted under the key ${key_id}, and this connector has ${[...keys.keys()].join(", ")} alone. Give it that key too (DATASOURCE_KEY_PREVIOUS), or set the password again.`,
    );
  const bytes = Buffer.from(password, "base64");
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes)).setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString("utf8");
  } catch (error) {
    throw new Problem(
      chatdbProblems.dataSourcePasswordUnavailable,
      `The password does not open with the key ${key_id}: the connector has another key of that id, or the record was altered. Put the key right, or set the password again.`,
      {},
      { cause: error },
    );
  }
}

import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** PostgreSQL's default, `scram_iterations`. */
const iterations = 4096;

/**
 * What PostgreSQL stores for a password, in place of it: RFC 5803 with SCRAM-SHA-256, as `psql \password` sends it, so
 * that the password reaches neither the server's log nor the network. For passwords of printable ASCII, which SASLprep
 * leaves as they are.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

import { createHash, createHmac, type BinaryLike } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { madminEncrypt } from "./madmin-encryption.ts";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** The part of MinIO's admin API for users and policies. Every call is idempotent. */
export interface MinioAdmin {
  /** Creates an enabled user, or sets the secret of an existing one. */
  setUser(user: Credentials): Promise<void>;
  /** Creates or replaces a policy. */
  setPolicy(name: string, policy: object): Promise<void>;
  attachPolicy(name: string, user: string): Promise<void>;
  /** Removes a user. A missing one is no error. */
  removeUser(accessKeyId: string): Promise<void>;
}

/** MinIO's code if the user has the policy already. */
const alreadyAttached = "XMinioAdminPolicyChangeAlreadyApplied";

/** MinIO's code if there is no such user. */
const noSuchUser = "XMinioAdminNoSuchUser";

const requestTimeoutMs = 10_000;

/** Adapts Node's SHA-256 to the signer's interface: with a key, it is an HMAC. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as BinaryLike);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): never {
    throw new Error("The signer makes a new hash each time.");
  }
}

export function createMinioAdmin(endpoint: string, region: string, credentials: Credentials): MinioAdmin {
  const signer = new SignatureV4({ service: "s3", region, credentials, sha256: Sha256, uriEscapePath: false });
  const encrypted = (value: object) => madminEncrypt(credentials.secretAccessKey, Buffer.from(JSON.stringify(value)));

  /** @throws Error with MinIO's code and message; `tolerated` is the code that counts as success */
  async function call(
    method: string,
    path: string,
    query: Record<string, string>,
    body: Buffer,
    tolerated?: string,
  ): Promise<void> {
    const url = new URL(`/minio/admin/v3/${path}`, endpoint);
    const { headers } = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      // The server takes no other type for an encrypted body.
      headers: { host: url.host, "content-type": "application/octet-stream" },
      body,
    });
    url.search = new URLSearchParams(query).toString();
    const response = await fetch(url, {
      method,
      headers,
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    const answer = await response.text();
    if (response.ok || (tolerated !== undefined && answer.includes(tolerated))) return;
    throw new Error(`The object store at ${endpoint} refused ${path}: ${response.status} ${answer.trim()}`);
  }

  return {
    setUser: ({ accessKeyId, secretAccessKey }) =>
      call("PUT", "add-user", { accessKey: accessKeyId }, encrypted({ secretKey: secretAccessKey, status: "enabled" })),
    setPolicy: (name, policy) => call("PUT", "add-canned-policy", { name }, Buffer.from(JSON.stringify(policy))),
    attachPolicy: (name, user) =>
      call("POST", "idp/builtin/policy/attach", {}, encrypted({ policies: [name], user }), alreadyAttached),
    removeUser: (accessKeyId) => call("DELETE", "remove-user", { accessKey: accessKeyId }, Buffer.alloc(0), noSuchUser),
  };
}

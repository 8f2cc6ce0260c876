import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

/*
 * Bodies of MinIO's admin API that hold secrets are encrypted with a key derived from the administrator's secret key.
 * The format is that of madmin-go's EncryptData (https://github.com/minio/madmin-go, encrypt.go) around a stream of
 * sio-go (secure-io/sio-go):
 *
 *   salt (32 bytes) | algorithm (1) | nonce (8) | fragments
 *
 * Each fragment is up to 16 KiB of data sealed with the nonce followed by the fragment's number, little-endian, from 1.
 * What is authenticated besides is a byte, 0x80 for the last fragment and 0 before, and the tag of an empty text sealed
 * as number 0. Of the three algorithms servers understand, this is the one that Node.js has: PBKDF2-HMAC-SHA-256 with
 * AES-256-GCM.
 */
const pbkdf2AesGcm = 0x02;
const pbkdf2Rounds = 8192;
const saltBytes = 32;
const nonceBytes = 8;
const tagBytes = 16;
const fragmentBytes = 16_384;
const headerBytes = saltBytes + 1 + nonceBytes;
const lastFragment = 0x80;

export function madminEncrypt(secret: string, data: Buffer): Buffer {
  const salt = randomBytes(saltBytes);
  const nonce = randomBytes(nonceBytes);
  const seal = sealer(secret, salt, nonce);
  const parts: Buffer[] = [salt, Buffer.of(pbkdf2AesGcm), nonce];
  const count = Math.max(1, Math.ceil(data.length / fragmentBytes));
  for (let index = 0; index < count; index += 1) {
    const fragment = data.subarray(index * fragmentBytes, (index + 1) * fragmentBytes);
    parts.push(seal.fragment(fragment, index + 1, index === count - 1));
  }
  return Buffer.concat(parts);
}

/** @throws Error where the text is not of this format, or was made with another secret, or altered */
export function madminDecrypt(secret: string, encrypted: Buffer): Buffer {
  if (encrypted.length < headerBytes + tagBytes) throw new Error("The encrypted data is too short.");
  const algorithm = encrypted[saltBytes];
  if (algorithm !== pbkdf2AesGcm)
    throw new Error(`The data is encrypted with algorithm ${algorithm}, not ${pbkdf2AesGcm} (PBKDF2 and AES-256-GCM).`);
  const seal = sealer(secret, encrypted.subarray(0, saltBytes), encrypted.subarray(saltBytes + 1, headerBytes));
  const sealed = encrypted.subarray(headerBytes);
  const size = fragmentBytes + tagBytes;
  const count = Math.ceil(sealed.length / size);
  return Buffer.concat(
    Array.from({ length: count }, (_, index) =>
      seal.open(sealed.subarray(index * size, (index + 1) * size), index + 1, index === count - 1),
    ),
  );
}

function sealer(secret: string, salt: Buffer, nonce: Buffer) {
  const key = pbkdf2Sync(secret, salt, pbkdf2Rounds, 32, "sha256");
  const numbered = (sequence: number) => {
    const full = Buffer.alloc(nonceBytes + 4);
    nonce.copy(full);
    full.writeUInt32LE(sequence, nonceBytes);
    return full;
  };
  const empty = createCipheriv("aes-256-gcm", key, numbered(0));
  empty.final();
  const associated = (last: boolean) => Buffer.concat([Buffer.of(last ? lastFragment : 0), empty.getAuthTag()]);
  return {
    fragment(data: Buffer, sequence: number, last: boolean): Buffer {
      const cipher = createCipheriv("aes-256-gcm", key, numbered(sequence)).setAAD(associated(last));
      return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed: Buffer, sequence: number, last: boolean): Buffer {
      const end = sealed.length - tagBytes;
      const cipher = createDecipheriv("aes-256-gcm", key, numbered(sequence), { authTagLength: tagBytes }).setAAD(
        associated(last),
      );
      cipher.setAuthTag(sealed.subarray(end));
      return Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()]);
    },
  };
}

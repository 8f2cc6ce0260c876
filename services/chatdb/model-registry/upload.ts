import { createHash } from "node:crypto";
import { pipeline, Readable, Transform } from "node:stream";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import type { FastifyRequest } from "fastify";

export interface UploadLimits {
  maxBytes: number;
  /** Digest that the bytes must have. */
  sha256?: string;
}

/**
 * Stores a request's body by `store`, which must discard everything if its stream fails. The stream fails if the body
 * is incomplete, too large, or does not have the announced digest; the caller gets a Problem.
 */
export async function storeUpload<T>(
  request: FastifyRequest,
  limits: UploadLimits,
  store: (body: Readable) => Promise<T>,
): Promise<T> {
  if (!(request.body instanceof Readable))
    throw new Problem(
      platformProblems.unsupportedMediaType,
      "Send the bytes as they are, as application/octet-stream or text/csv.",
    );
  if (Number(request.headers["content-length"] ?? 0) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const check = verify(limits);
  // Errors reach the store through `check`, so they need no handling here.
  pipeline(request.body, check, () => undefined);
  try {
    return await store(check);
  } catch (error) {
    throw check.errored instanceof Problem ? check.errored : error;
  }
}

function verify({ sha256, maxBytes }: UploadLimits): Transform {
  const hash = createHash("sha256");
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) return done(tooLarge(maxBytes));
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const actual = hash.digest("hex");
      if (sha256 === undefined || sha256 === actual) return done();
      done(
        new Problem(
          chatdbProblems.digestMismatch,
          `The ${bytes} bytes that arrived have the SHA-256 ${actual}, not the announced ${sha256}.`,
        ),
      );
    },
  });
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(
    platformProblems.payloadTooLarge,
    `The body is larger than the ${maxBytes} bytes that are accepted here.`,
  );
}

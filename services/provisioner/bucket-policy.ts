import { z } from "zod";

export const bucketAccess = z.enum(["read", "read-write"]);
export type BucketAccess = z.infer<typeof bucketAccess>;

const bucketActions: Record<BucketAccess, string[]> = {
  read: ["s3:GetBucketLocation", "s3:ListBucket"],
  "read-write": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
};

const objectActions: Record<BucketAccess, string[]> = {
  read: ["s3:GetObject"],
  "read-write": [
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
  ],
};

/**
 * The IAM policy that allows just these buckets: their objects' bytes and names, nothing of how the buckets are set up.
 */
export function bucketPolicy(buckets: Record<string, BucketAccess>) {
  const names = Object.entries(buckets).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    Version: "2012-10-17",
    Statement: names.flatMap(([name, access]) => [
      { Effect: "Allow", Action: bucketActions[access], Resource: [`arn:aws:s3:::${name}`] },
      { Effect: "Allow", Action: objectActions[access], Resource: [`arn:aws:s3:::${name}/*`] },
    ]),
  };
}

import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { StackInfo } from '../local/stack-info.ts';
import type { StoredObject } from './snapshot.ts';

const ANSWER_WITHIN_MS = 10_000;

export interface BucketObject {
  readonly key: string;
  readonly writtenAt: Date;
  readonly bytes: Uint8Array;
}

/** Every object in the bucket, one after the other. One that is removed while the bucket is read is passed over. */
export async function* bucketObjects(s3: StackInfo['s3']): AsyncGenerator<BucketObject> {
  const { endpoint, region, bucket: Bucket, accessKeyId, secretAccessKey } = s3;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const bounded = () => ({ abortSignal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  try {
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }), bounded());
      for (const { Key, LastModified } of page.Contents ?? []) {
        if (Key === undefined || LastModified === undefined) continue;
        const bytes = await client.send(new GetObjectCommand({ Bucket, Key }), bounded()).then(
          ({ Body }) => Body?.transformToByteArray(),
          (error: { $metadata?: { httpStatusCode?: number } }) => {
            if (error.$metadata?.httpStatusCode === 404) return undefined;
            throw error;
          },
        );
        if (bytes !== undefined) yield { key: Key, writtenAt: LastModified, bytes };
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  } finally {
    client.destroy();
  }
}

/** What is in the bucket, by its hash. The bytes themselves are asked for: what the store says of them proves nothing. */
export const readObjects = async (s3: StackInfo['s3']): Promise<StoredObject[]> => {
  const objects: StoredObject[] = [];
  for await (const { key, writtenAt, bytes } of bucketObjects(s3)) {
    objects.push({ key, writtenAt, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return objects;
};

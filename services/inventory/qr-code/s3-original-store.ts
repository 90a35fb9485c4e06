import { createHash } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { UnavailableError } from '@simlane/service-kit/problem';
import type { OriginalStore } from './original-store.ts';

interface S3Options {
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly timeoutMs?: number;
}

/** 5 MiB within a data centre; longer, and the person who waits for the answer is told to try again. */
const TIMEOUT_MS = 8_000;
const CONNECTION_TIMEOUT_MS = 2_000;
const ATTEMPTS = 2;

/** Originals in an S3 bucket. A key is written once: a second write of it is refused by the store. */
export const createS3OriginalStore = (options: S3Options): OriginalStore & { close: () => void } => {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey, timeoutMs = TIMEOUT_MS } = options;
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS },
  });
  const orUnavailable = async <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await call(AbortSignal.timeout(timeoutMs));
    } catch (error) {
      throw new UnavailableError('The store of files', error instanceof Error ? error.name : 'no answer', error);
    }
  };
  return {
    put: (key, object) =>
      orUnavailable(async (abortSignal) => {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: object,
            ContentType: 'application/octet-stream',
            ChecksumSHA256: createHash('sha256').update(object).digest('base64'),
            IfNoneMatch: '*',
          }),
          { abortSignal },
        );
      }),
    get: (key) =>
      orUnavailable(async (abortSignal) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
        if (Body === undefined) throw new Error('an object without a body');
        return Buffer.from(await Body.transformToByteArray());
      }),
    remove: (key) =>
      orUnavailable(async (abortSignal) => {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
      }),
    close: () => client.destroy(),
  };
};

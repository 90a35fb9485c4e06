import { CreateBucketCommand, HeadBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { baseEnvironment } from '../base-environment.ts';
import type { ProcessDescription } from '../processes.ts';
import type { LocalSecrets } from '../secrets.ts';

export const OBJECT_STORE_REGION = 'us-east-1';
export const QR_CODE_BUCKET = 'simlane-qr-codes';

export interface ObjectStoreOptions {
  readonly executable: string;
  readonly port: number;
  readonly folder: string;
  readonly keys: LocalSecrets['objectStore'];
}

/** The S3 server; ready when its bucket is there and keeps versions. */
export function objectStore(options: ObjectStoreOptions): ProcessDescription {
  const { executable, port, folder, keys } = options;
  // The path of one must not begin with the other's.
  const objects = path.join(folder, 'objects');
  const versions = path.join(folder, 'versions');
  for (const at of [objects, versions]) mkdirSync(at, { recursive: true, mode: 0o700 });
  return {
    name: 's3',
    command: executable,
    args: `--port 127.0.0.1:${port} --region ${OBJECT_STORE_REGION} --quiet posix --versioning-dir`
      .split(' ')
      .concat(versions, objects),
    cwd: folder,
    env: { ...baseEnvironment(), ROOT_ACCESS_KEY: keys.accessKey, ROOT_SECRET_KEY: keys.secretKey },
    isReady: () => makeBucket(port, keys),
  };
}

async function makeBucket(port: number, keys: LocalSecrets['objectStore']): Promise<boolean> {
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: OBJECT_STORE_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
    maxAttempts: 1,
  });
  const Bucket = QR_CODE_BUCKET;
  try {
    const exists = await client.send(new HeadBucketCommand({ Bucket })).then(
      () => true,
      (error: { $metadata?: { httpStatusCode?: number } }) => {
        if (error.$metadata?.httpStatusCode === 404) return false;
        throw error;
      },
    );
    if (!exists) await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    return true;
  } finally {
    client.destroy();
  }
}

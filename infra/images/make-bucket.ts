/** Makes the bucket of the QR codes, which keeps versions. A repeat changes nothing. */
import { BucketAlreadyOwnedByYou, CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { readConfig } from '@simlane/service-kit/config';
import { z } from 'zod';

const environment = z.object({
  S3_ENDPOINT: z.url().describe('where the S3 server is'),
  S3_BUCKET: z.string().min(1).describe('the bucket'),
  AWS_REGION: z.string().min(1).describe('its region'),
  AWS_ACCESS_KEY_ID: z.string().min(1).describe('who we are to the S3 server'),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).describe('the secret that goes with AWS_ACCESS_KEY_ID'),
});

const config = readConfig(environment, process.env);
const client = new S3Client({
  endpoint: config.S3_ENDPOINT,
  region: config.AWS_REGION,
  forcePathStyle: true,
  credentials: { accessKeyId: config.AWS_ACCESS_KEY_ID, secretAccessKey: config.AWS_SECRET_ACCESS_KEY },
});
const Bucket = config.S3_BUCKET;
try {
  await client.send(new CreateBucketCommand({ Bucket })).catch((error: unknown) => {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  });
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
} finally {
  client.destroy();
}
process.stdout.write(`The bucket ${Bucket} is there.\n`);

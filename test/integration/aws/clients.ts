// The real SDK's clients, pointed at the emulator, one attempt each so that a test sees what the first answer was.
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import type { Principal } from '../../stack/aws/principals.ts';
import type { Aws } from '../../stack/aws/server.ts';

export interface ClientOptions {
  /** Default: root. */
  as?: Pick<Principal, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>;
  /** Default: us-east-1. */
  region?: string;
  maxAttempts?: number;
}

function settings(aws: Pick<Aws, 'url' | 'principals'>, { as, region, maxAttempts }: ClientOptions) {
  const { accessKeyId, secretAccessKey, sessionToken } = as ?? aws.principals.root;
  return {
    endpoint: aws.url,
    region: region ?? 'us-east-1',
    maxAttempts: maxAttempts ?? 1,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  };
}

export function s3Client(
  aws: Pick<Aws, 'url' | 'principals'>,
  options: ClientOptions & { followRegionRedirects?: boolean } = {},
): S3Client {
  const { followRegionRedirects = false, ...rest } = options;
  return new S3Client({ ...settings(aws, rest), forcePathStyle: true, followRegionRedirects });
}

export function kmsClient(aws: Pick<Aws, 'url' | 'principals'>, options: ClientOptions = {}): KMSClient {
  return new KMSClient(settings(aws, options));
}

/** What can be seen of an error of the SDK. */
export interface Seen {
  name: string;
  message: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers: Record<string, string> };
}

/** The error that a call ends with; fails if it succeeds. */
export async function errorOf(call: Promise<unknown>): Promise<Seen> {
  const outcome: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('The call succeeded and was expected to fail.');
  return outcome;
}

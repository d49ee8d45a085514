// Names of settings for S3 and KMS, in canonical spelling.

export const BUCKET_NAME = /(?:bucketname|(?:s3|aws|minio|storage|circuits?)bucket|^bucket)$/;

/** What the settings beside a bucket begin with: the word that its own name has, before those of everybody. */
export function bucketWords(name: string): readonly string[] {
  // An endpoint of circuit-storage is that of the service.
  const own = /(?<!circuit)(storage|circuits?|minio)bucket(?:name)?$/.exec(name)?.[1];
  return own === undefined ? ['s3', 'bucket'] : [own, 's3', 'bucket'];
}

/** Those that serve for everything at AWS. */
const REGION_NAMES = [
  'cloudawsregionstatic',
  'springcloudawsregionstatic',
  'bucketregion',
  'awsregion',
  'awsdefaultregion',
] as const;

/** Regions of services, their own before that of everything. */
export function regionNames(words: readonly string[]): readonly string[] {
  return [...words.map((word) => `cloudaws${word}region`), ...REGION_NAMES];
}

/** The name of a setting says that it holds the id of a KMS key. */
export const KMS_NAME = /kms(?!.*(?:access|secret)key).*(?:key(?:id|arn|alias)?|alias|arn)$/;

/** Of a key that encrypts what a bucket holds: nobody signs with it. */
export const BUCKET_KEY = /(?:s3|sse|bucket).*kms|kms.*sse/;

/** Endpoints of a service, its own before that of everything. */
export function endpointNames(word: string): readonly string[] {
  return [
    `cloudaws${word}endpointurl`,
    `cloudaws${word}endpoint`,
    `springcloudaws${word}endpoint`,
    `aws${word}endpoint`,
    `${word}endpointurl`,
    `${word}endpoint`,
    `awsendpointurl${word}`,
    'springcloudawsendpoint',
    'awsendpointurl',
  ];
}

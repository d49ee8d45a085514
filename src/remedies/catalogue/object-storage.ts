// What to do about a bucket of S3 or of what speaks like it.
import type { BUCKET_FAULTS } from '../../api/faults/object-storage.ts';
import { aws, grant, kubectl, policy, shell } from '../command.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { CERTIFICATE, EDIT_REPORT, RESOLVE, WHO_AM_I } from './lines.ts';

const HEAD = aws`s3api head-bucket --bucket ${'bucket'}`;
/** What a service needs of its bucket. */
const USE = policy('bucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject');

export const BUCKET_REMEDIES = {
  BucketAddressUnresolved: remedy(
    'The endpoint has no address here. Correct endpoint or region of the bucket, or look at DNS.',
    RESOLVE,
    EDIT_REPORT,
  ),
  BucketUnreachable: remedy(
    'Nothing takes connections at the endpoint. See whether the storage runs, and what stands between: proxy, firewall, NetworkPolicy, VPC endpoint.',
    HEAD,
    kubectl`get networkpolicies`,
  ),
  BucketTimeout: remedy(
    'The storage does not answer in time. Look at its load and at what stands between; at AWS also at its status page.',
    HEAD,
    kubectl`get networkpolicies`,
  ),
  BucketTlsFailed: remedy(
    'Look at the certificate of the endpoint. Renew it, or name its authority in caSecretRef of the bucket.',
    CERTIFICATE,
    EDIT_REPORT,
  ),
  BucketCertificateExpiring: remedy(
    'Have the certificate of the endpoint renewed before it ends: no circuit could be stored or read afterwards.',
    CERTIFICATE,
  ),
  BucketCredentialsInvalid: remedy(
    'The access key is unknown, was deactivated, or its secret does not fit. See whether the Secret still holds the key in use, then restart the services that use it.',
    kubectl`get secret ${'secret'} -o jsonpath='{.metadata.managedFields[*].time}'`,
    WHO_AM_I,
  ),
  BucketMissing: remedy(
    'The storage answers and has no bucket of that name: a wrong name, another account or region, or somebody deleted it.',
    HEAD,
    aws`s3api list-buckets`,
  ),
  BucketAccessDenied: remedy(
    'The identity is known and may not do this. Grant what the message names; this is what a service needs of its objects.',
    [grant('bucket'), USE],
    HEAD,
    aws`s3api get-bucket-policy --bucket ${'bucket'}`,
  ),
  BucketWrongRegion: remedy(
    'Write the region that the message names into spec.buckets, and into the configuration of the services.',
    aws`s3api get-bucket-location --bucket ${'bucket'}`,
    EDIT_REPORT,
  ),
  BucketNotEncrypted: remedy(
    'Circuits are biometric data: switch default encryption on. If something else encrypts them, mute the fault.',
    aws`s3api put-bucket-encryption --bucket ${'bucket'} --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}]}'`,
  ),
  BucketVersioningSuspended: remedy(
    'Somebody suspended versioning: what is overwritten or deleted cannot be brought back. Switch it on, or mute the fault.',
    aws`s3api put-bucket-versioning --bucket ${'bucket'} --versioning-configuration Status=Enabled`,
  ),
  BucketObjectDiffers: remedy(
    'A cache or a proxy on the way changes objects, or the storage is not consistent. Do the same by hand, then without the proxy.',
    aws`s3api list-objects-v2 --bucket ${'bucket'} --prefix .recognize-health/`,
  ),
  BucketFull: remedy(
    'Free space or raise the quota: no circuit can be stored until then. What is there can still be read.',
    aws`s3api list-objects-v2 --bucket ${'bucket'} --query 'sum(Contents[].Size)'`,
  ),
  BucketKeyUnusable: remedy(
    'The bucket encrypts with a key that cannot be used. Enable that key, or grant kms:GenerateDataKey and kms:Decrypt on it.',
    aws`s3api get-bucket-encryption --bucket ${'bucket'}`,
  ),
  BucketObjectLocked: remedy(
    'Object lock keeps objects from being changed. See which retention is set; the services need to overwrite and delete circuits.',
    aws`s3api get-object-lock-configuration --bucket ${'bucket'}`,
  ),
  BucketWriteRefused: remedy(
    'Reading works and writing does not; the storage says why in the message. Look at the policy of the bucket.',
    aws`s3api get-bucket-policy --bucket ${'bucket'}`,
    USE,
  ),
  BucketLeftBehind: remedy(
    'Grant s3:DeleteObject below .recognize-health/ or say writeTest: false; then take the object away.',
    aws`s3 rm s3://${'bucket'}/.recognize-health/ --recursive`,
    policy('bucket', 's3:DeleteObject'),
  ),
  BucketQuestionNotPermitted: remedy(
    'Nothing fails. To have this asked as well, grant the action that the message names.',
    grant('bucket'),
  ),
  BucketThrottled: remedy(
    'The storage asks to slow down. Look at request rates and quotas there; a longer spec.interval asks less often.',
  ),
  BucketServerError: remedy(
    'The storage itself fails: look at its own health and log, at AWS at its status page. Nothing in the configuration helps.',
    HEAD,
    shell`curl -sS -o /dev/null -w '%{http_code}\n' ${'endpoint'}`,
  ),
  BucketAnswerInvalid: remedy(
    'What answers at the endpoint is no S3: a proxy, a login page, a wrong port. Correct the endpoint.',
    shell`curl -sS -i ${'endpoint'}`,
    EDIT_REPORT,
  ),
} as const satisfies Record<keyof typeof BUCKET_FAULTS, Remedy>;

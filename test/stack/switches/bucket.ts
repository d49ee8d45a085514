// What can happen to the bucket of the stack: switches, each with its undo.
import type { Principal } from '../aws/principals.ts';
import type { Aws } from '../aws/server.ts';
import type { CertificatePair } from '../certificates.ts';
import { undo, type Undo } from './undo.ts';

export interface BucketSwitches {
  /** Somebody deleted the bucket. */
  remove(): Promise<Undo>;
  /** The credentials of the service may not use it any more. */
  deny(): Promise<Undo>;
  /** It was made again in another region. */
  move(region?: string): Promise<Undo>;
  /** S3 answers every request with 503 SlowDown. */
  throttle(): Promise<Undo>;
  /** The secret key of the service was rotated, and nobody told it. */
  rotateSecret(): Promise<Undo>;
  /** The certificate of the endpoint, which KMS has too, ends then. */
  endCertificate(at: Date): Promise<Undo>;
}

/**
 * The switches of the bucket `name` that `principal` uses.
 * @param certificateUntil makes a certificate for the endpoint: the usual one, or one that ends then
 */
export function bucketSwitches(
  aws: Aws,
  name: string,
  region: string,
  principal: Principal,
  certificateUntil: (at?: Date) => CertificatePair,
): BucketSwitches {
  const recreate = (where: string): void => {
    aws.s3.remove(name);
    aws.s3.create({ name, region: where, versioning: 'Enabled' });
  };
  const mend = (act: () => void): Undo =>
    undo(() => {
      act();
      return Promise.resolve();
    });
  return {
    remove() {
      aws.s3.remove(name);
      return Promise.resolve(mend(() => recreate(region)));
    },
    deny() {
      principal.deny.push('s3:*');
      return Promise.resolve(mend(() => void principal.deny.splice(principal.deny.indexOf('s3:*'), 1)));
    },
    move(where = 'eu-central-1') {
      recreate(where);
      return Promise.resolve(mend(() => recreate(region)));
    },
    throttle() {
      aws.inject({ service: 's3', status: 503, code: 'SlowDown' });
      return Promise.resolve(mend(() => aws.clearFaults()));
    },
    endCertificate(at) {
      aws.setCertificate(certificateUntil(at));
      return Promise.resolve(mend(() => aws.setCertificate(certificateUntil())));
    },
    rotateSecret() {
      const { secretAccessKey } = principal;
      principal.secretAccessKey = `${secretAccessKey}-rotated`;
      return Promise.resolve(mend(() => void (principal.secretAccessKey = secretAccessKey)));
    },
  };
}

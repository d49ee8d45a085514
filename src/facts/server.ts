// Which server a target is on: several databases, buckets or keys of one server share its failures and its limits.
import type { Outcome } from './outcome.ts';
import { type AwsAccess, podsOf, type ServiceTarget, type Target } from './target.ts';

/** `db.example:5432`, an S3 or KMS endpoint, a lost node; undefined for what is on a server of its own or cannot be resolved. */
export function serverOf(target: Target): string | undefined {
  switch (target.kind) {
    case 'service': {
      const node = lostNodeOf(target);
      return node === undefined ? undefined : `node ${node}`;
    }
    case 'cluster':
      return undefined;
    case 'database':
      // Names of hosts are the same in any case.
      return target.connection.ok
        ? `${target.connection.value.host.toLowerCase()}:${target.connection.value.port}`
        : undefined;
    case 'bucket':
      return endpointOf('s3', target.access);
    case 'key':
      return target.source.kind === 'kms' ? endpointOf('kms', target.source.access) : undefined;
  }
}

/** The node that is not ready under a service's pods: what its services share is one failure. */
function lostNodeOf(target: ServiceTarget): string | undefined {
  return podsOf(target).find(
    ({ ready, terminating, nodeTrouble }) => !ready && !terminating && nodeTrouble !== undefined,
  )?.node;
}

function endpointOf(service: 's3' | 'kms', access: Outcome<AwsAccess>): string | undefined {
  return access.ok ? `${service} ${access.value.endpoint ?? access.value.region}` : undefined;
}

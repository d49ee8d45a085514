// When two descriptions of a backend mean one: a target and what a service uses, or two targets. Pure.
import type { BackendUse, BucketUse } from './backend-use.ts';
import { hostsOf, type DatabaseConnection, type HostAddress, type Target } from './target.ts';

export type BackendTarget = Exclude<Target, { readonly kind: 'service' | 'cluster' }>;

/** `unknown`: a Secret that is not read, or cannot be, would tell. */
export type Likeness = 'yes' | 'no' | 'unknown';

/** Whether both are about a database, about a bucket, or about a key. */
export function isOfKind(target: BackendTarget, use: BackendUse): boolean {
  switch (use.kind) {
    case 'database':
    case 'hiddenDatabase':
      return target.kind === 'database';
    case 'bucket':
      return target.kind === 'bucket';
    case 'kms':
    case 'keyPair':
      return target.kind === 'key';
    case 'untold':
      return target.kind === use.of;
  }
}

/** Whether the target is what a service of this namespace uses. */
export function covers(target: BackendTarget, use: BackendUse, namespace: string): Likeness {
  switch (use.kind) {
    case 'database':
      if (target.kind !== 'database') return 'no';
      if (target.replaces !== undefined && isDatabase(target.replaces, use, namespace)) return 'yes';
      return target.connection.ok ? told(isDatabase(placeOf(target.connection.value), use, namespace)) : 'unknown';
    case 'hiddenDatabase':
      return target.secret === use.secret ? 'yes' : 'unknown';
    case 'bucket':
      return told(target.kind === 'bucket' && isBucket(target, use));
    case 'kms':
      return told(
        target.kind === 'key' && target.source.kind === 'kms' && keyName(target.source.keyId) === keyName(use.keyId),
      );
    case 'keyPair':
      return told(target.kind === 'key' && target.source.kind === 'keyPair' && target.secret === use.secret);
    case 'untold':
      return 'unknown';
  }
}

/** Whether two targets of one namespace are the same backend, whatever they are called. */
export function isSameBackend(one: BackendTarget, other: BackendTarget, namespace: string): Likeness {
  if (one.kind === 'database' && other.kind === 'database') {
    if (!one.connection.ok || !other.connection.ok)
      return one.secret !== undefined && one.secret === other.secret ? 'yes' : 'unknown';
    return told(isDatabase(placeOf(one.connection.value), placeOf(other.connection.value), namespace));
  }
  if (one.kind === 'bucket' && other.kind === 'bucket') {
    const endpoint = other.access.ok ? other.access.value.endpoint : undefined;
    return told(isBucket(one, { bucket: other.bucket, endpoint }));
  }
  if (one.kind === 'key' && other.kind === 'key') {
    if (one.source.kind === 'kms' && other.source.kind === 'kms')
      return told(keyName(one.source.keyId) === keyName(other.source.keyId));
    return told(one.source.kind === other.source.kind && one.secret === other.secret);
  }
  return 'no';
}

function told(is: boolean): 'yes' | 'no' {
  return is ? 'yes' : 'no';
}

interface Place {
  readonly hosts: readonly HostAddress[];
  readonly database: string;
}

function placeOf(connection: DatabaseConnection): Place {
  return { hosts: hostsOf(connection), database: connection.database };
}

/** One server in common is enough: a report may examine the primary of several alone. */
function isDatabase(one: Place, other: Place, namespace: string): boolean {
  const name = ({ host, port }: HostAddress): string => `${hostName(host, namespace)} ${port}`;
  return (
    one.database === other.database && one.hosts.some((here) => other.hosts.some((there) => name(here) === name(there)))
  );
}

/** `db`, `db.recognize`, `db.recognize.svc` and `db.recognize.svc.cluster.local` are one Service. */
export function hostName(host: string, namespace: string): string {
  const bare = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/\.svc(?:\.cluster\.local)?$/, '');
  return bare.includes('.') || bare.includes(':') || namespace === '' ? bare : `${bare}.${namespace}`;
}

/** An endpoint that either side leaves out is the usual one of the region. */
function isBucket(
  { bucket, access }: Extract<Target, { kind: 'bucket' }>,
  use: Pick<BucketUse, 'bucket' | 'endpoint'>,
): boolean {
  const origin = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);
  if (bucket !== use.bucket) return false;
  if (!access.ok || access.value.endpoint === undefined || use.endpoint === undefined) return true;
  return origin(access.value.endpoint) === origin(use.endpoint);
}

/** An ARN names the key behind its last colon; the bare id may stand for it. */
function keyName(keyId: string): string {
  return keyId.replace(/^arn:[^/]*:key\//, '').replace(/^arn:[^/]*:(?=alias\/)/, '');
}

// Does the report examine what the service uses? Its own configuration names databases, buckets and keys; each must be
// one of the targets. Where only a Secret says it, nothing is guessed.
import type { BackendUse, BucketUse, DatabaseUse } from '../../facts/backend-use.ts';
import { found, pass, type Answer, type Check, type Seen } from '../../facts/answer.ts';
import type { Target } from '../../facts/target.ts';
import { sentence } from '../sentence.ts';

export const configurationBackends: Check<'configuration'> = {
  question: 'backends',
  about: 'configuration',
  feeds: 'Healthy',
  faults: ['TargetDrifted', 'NotCovered', 'NotAsked'],
  applies: ({ uses = [] }) => uses.length > 0,
  ask: (seen) => comparison(seen),
};

type Backend = Exclude<Target, { readonly kind: 'service' | 'cluster' }>;

/** The answer that the question about upgrades shares. */
export function comparison({ target: { id, uses = [], configuration }, all }: Seen<'configuration'>): Answer {
  const targets = all.visits.map(({ target }) => target);
  const backends = targets.filter((one): one is Backend => one.kind !== 'service' && one.kind !== 'cluster');
  const everybody = targets.flatMap((one) => (one.kind === 'service' ? (one.uses ?? []) : []));
  const namespace = configuration?.namespace ?? '';
  const open: BackendUse[] = [];
  for (const use of uses) {
    const alike = backends.filter((one) => isOfKind(one, use));
    const states = alike.map((one) => covers(one, use, namespace));
    if (states.includes('yes')) continue;
    if (states.includes('unknown')) {
      open.push(use);
      continue;
    }
    const other = alike.find(
      (one) =>
        (one.usedBy.length === 0 || one.usedBy.includes(id)) &&
        !everybody.some((anybody) => isOfKind(one, anybody) && covers(one, anybody, namespace) === 'yes'),
    );
    const detail =
      other === undefined
        ? `uses ${titleOf(use)} that no target covers (${use.origin})`
        : `uses ${titleOf(use)}, the report examines ${placeOf(other)} (${use.origin})`;
    return found({ code: other === undefined ? 'NotCovered' : 'TargetDrifted', detail: sentence(detail) });
  }
  const [hidden] = open;
  if (hidden !== undefined)
    return found({
      code: 'NotAsked',
      detail: sentence(`not compared: a Secret alone says where it is (${hidden.origin})`),
    });
  return pass(sentence(`the report examines what its settings name (${uses.length} of ${uses.length})`));
}

function isOfKind(target: Backend, { kind }: BackendUse): boolean {
  switch (kind) {
    case 'database':
    case 'hiddenDatabase':
      return target.kind === 'database';
    case 'bucket':
      return target.kind === 'bucket';
    case 'kms':
    case 'keyPair':
      return target.kind === 'key';
  }
}

/** Whether the target is what the service uses. `unknown`: a Secret that is not read, or cannot be, would tell. */
function covers(target: Backend, use: BackendUse, namespace: string): 'yes' | 'no' | 'unknown' {
  const told = (is: boolean): 'yes' | 'no' => (is ? 'yes' : 'no');
  switch (use.kind) {
    case 'database':
      if (target.kind !== 'database') return 'no';
      return target.connection.ok ? told(isDatabase(target.connection.value, use, namespace)) : 'unknown';
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
  }
}

type Connection = Extract<Extract<Target, { kind: 'database' }>['connection'], { ok: true }>['value'];

/** One server in common is enough: a report may examine the primary of several alone. */
function isDatabase(
  { host, port, otherHosts = [], database }: Connection,
  use: DatabaseUse,
  namespace: string,
): boolean {
  return (
    database === use.database &&
    [{ host, port }, ...otherHosts].some((one) =>
      use.hosts.some(
        (other) => one.port === other.port && hostName(one.host, namespace) === hostName(other.host, namespace),
      ),
    )
  );
}

/** `db`, `db.recognize`, `db.recognize.svc` and `db.recognize.svc.cluster.local` are one Service. */
function hostName(host: string, namespace: string): string {
  const bare = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/\.svc(?:\.cluster\.local)?$/, '');
  return bare.includes('.') || namespace === '' ? bare : `${bare}.${namespace}`;
}

/** An endpoint that either side leaves out is the usual one of the region. */
function isBucket({ bucket, access }: Extract<Target, { kind: 'bucket' }>, use: BucketUse): boolean {
  const origin = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);
  if (bucket !== use.bucket) return false;
  if (!access.ok || access.value.endpoint === undefined || use.endpoint === undefined) return true;
  return origin(access.value.endpoint) === origin(use.endpoint);
}

/** An ARN names the key behind its last colon; the bare id may stand for it. */
function keyName(keyId: string): string {
  return keyId.replace(/^arn:[^/]*:key\//, '').replace(/^arn:[^/]*:(?=alias\/)/, '');
}

/** An address is shown; a name that stands in a ConfigMap may be anything, and stays where it is written. */
function titleOf(use: BackendUse): string {
  switch (use.kind) {
    case 'database':
      return `database ${use.database} at ${use.hosts[0]?.host ?? ''}:${use.hosts[0]?.port ?? ''}`;
    case 'hiddenDatabase':
      return 'a database';
    case 'bucket':
      return 'a bucket';
    case 'kms':
      return 'a KMS key';
    case 'keyPair':
      return `the key pair of Secret ${use.secret}`;
  }
}

function placeOf(target: Backend): string {
  switch (target.kind) {
    case 'database': {
      if (!target.connection.ok) return target.name;
      const { database, host, port } = target.connection.value;
      return `${database} at ${host}:${port}`;
    }
    case 'bucket':
      return `bucket ${target.bucket}`;
    case 'key':
      return target.source.kind === 'kms' ? target.source.keyId : `that of Secret ${target.secret ?? ''}`;
  }
}

// Does the report examine what the service uses? Its own configuration names databases, buckets and keys; each must be
// one of the targets. Where only a Secret says it, nothing is guessed.
import type { FaultCode } from '../../api/faults.ts';
import type { BackendUse, UntoldUse } from '../../facts/backend-use.ts';
import { found, pass, type Answer, type Check, type Seen } from '../../facts/answer.ts';
import type { Fault } from '../../facts/outcome.ts';
import { type BackendTarget, covers, isOfKind } from '../../facts/same-backend.ts';
import { sentence } from '../../facts/sentence.ts';

/** Why a Secret that may tell which backend it is did not, where that can be mended. */
export const UNREAD = ['SecretNotRead', 'SecretMissing', 'ClusterUnavailable'] as const satisfies readonly FaultCode[];

export const configurationBackends: Check<'configuration'> = {
  question: 'backends',
  about: 'configuration',
  feeds: 'Healthy',
  evidence: 'The backends that the settings of the service name, compared with those of the report.',
  faults: ['TargetDrifted', 'NotCovered', 'BackendUntold', ...UNREAD, 'NotAsked'],
  applies: ({ uses = [] }) => uses.length > 0,
  ask: (seen) => comparison(seen),
};

/** The answer that the question about upgrades shares. */
export function comparison({ target: { id, uses = [], configuration }, all }: Seen<'configuration'>): Answer {
  const targets = all.visits.map(({ target }) => target);
  const backends = targets.filter((one): one is BackendTarget => one.kind !== 'service' && one.kind !== 'cluster');
  const everybody = targets.flatMap((one) => (one.kind === 'service' ? (one.uses ?? []) : []));
  const namespace = configuration?.namespace ?? '';
  const open: BackendUse[] = [];
  /** The Secret that it may be in is one that a target of this service is read from. */
  const isTold = ({ of, secrets, tellers }: UntoldUse): boolean =>
    backends.some(
      ({ kind, usedBy, secret, told }) =>
        kind === of &&
        usedBy.includes(id) &&
        ([secret, told].some((one) => one !== undefined && secrets?.includes(one) === true) ||
          (told !== undefined && tellers?.includes(told) === true)),
    );
  const untold = uses.find((use): use is UntoldUse => use.kind === 'untold' && !isTold(use));
  for (const use of uses) {
    if (use.kind === 'untold') continue;
    const alike = backends.filter((one) => isOfKind(one, use));
    const listed = alike.filter(({ origin }) => origin === undefined);
    if (listed.some((one) => covers(one, use, namespace) === 'yes')) continue;
    const isFound = alike.some((one) => one.origin !== undefined && covers(one, use, namespace) === 'yes');
    if (!isFound && alike.some((one) => covers(one, use, namespace) === 'unknown')) {
      open.push(use);
      continue;
    }
    // What was found beside the list is examined; an entry that its service has left stays a finding.
    const other = listed.find(
      (one) =>
        covers(one, use, namespace) === 'no' &&
        (one.usedBy.length === 0 || one.usedBy.includes(id)) &&
        !everybody.some((anybody) => isOfKind(one, anybody) && covers(one, anybody, namespace) === 'yes'),
    );
    if (other === undefined && isFound) continue;
    const detail =
      other === undefined
        ? `uses ${titleOf(use)} that no target covers (${use.origin})`
        : `uses ${titleOf(use)}, the report examines ${placeOf(other)} (${use.origin})`;
    return found({ code: other === undefined ? 'NotCovered' : 'TargetDrifted', detail: sentence(detail) });
  }
  if (untold !== undefined) return found(untoldFault(untold));
  const [hidden] = open;
  if (hidden !== undefined)
    return found({
      code: 'NotAsked',
      detail: sentence(`not compared: a Secret alone says where it is (${hidden.origin})`),
    });
  return pass(sentence(`the report examines what its settings name (${uses.length} of ${uses.length})`));
}

function untoldFault({ of, why, origin, fault }: UntoldUse): Fault {
  if (fault === undefined) return { code: 'BackendUntold', detail: sentence(`${why} (${origin})`) };
  const code = UNREAD.find((one) => one === fault.code) ?? 'BackendUntold';
  const detail = sentence(`its settings name no ${of}: ${fault.detail} (${origin})`);
  return { code, detail, ...(fault.names === undefined ? {} : { names: fault.names }) };
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
    case 'untold':
      return `a ${use.of}`;
  }
}

function placeOf(target: BackendTarget): string {
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

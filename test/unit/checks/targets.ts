// Targets and observations for the tests of checks: well unless the test says otherwise.
import type { Answer, Check } from '../../../src/facts/answer.ts';
import type { KeyDescription, Kind, Observed, TargetOf } from '../../../src/facts/observed.ts';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import type { AwsAccess, BucketTarget, ClusterTarget, KeyTarget, ServiceTarget } from '../../../src/facts/target.ts';
import type { Workload } from '../../../src/facts/workload.ts';
import type { FaultCode } from '../../../src/api/faults.ts';
import { literal } from '../../../src/runtime/safe-text.ts';

export const ACCESS: AwsAccess = { region: 'us-east-1', credentials: { source: 'ambient' } };

export const BUCKET: BucketTarget = {
  kind: 'bucket',
  id: 'object-storage/circuits',
  component: 'object-storage',
  name: 'circuits',
  required: true,
  bucket: 'circuits',
  forcePathStyle: true,
  writeTest: false,
  access: ok(ACCESS),
  usedBy: [],
};

export function kmsTarget(more: Partial<Extract<KeyTarget['source'], { kind: 'kms' }>> = {}): KeyTarget {
  const source = { kind: 'kms', keyId: 'alias/jwt', access: ok(ACCESS), signTest: 'DryRun', ...more } as const;
  return {
    kind: 'key',
    id: 'key-management/jwt',
    component: 'key-management',
    name: 'jwt',
    required: true,
    source,
    usedBy: [],
  };
}

export const PAIR_TARGET: KeyTarget = {
  ...kmsTarget(),
  source: { kind: 'keyPair', pair: failed('NotAsked', literal('unused')) },
};

export const DESCRIPTION: KeyDescription = {
  state: 'Enabled',
  usage: 'SIGN_VERIFY',
  spec: 'ECC_SECG_P256K1',
  signingAlgorithms: ['ECDSA_SHA_256'],
};

export const CLUSTER: ClusterTarget = {
  kind: 'cluster',
  id: 'cluster',
  component: 'platform',
  required: false,
  accepted: [],
};

export const WORKLOAD: Workload = {
  kind: 'Deployment',
  name: 'core-daemon',
  image: 'core-daemon:2.30.0',
  desired: 1,
  updated: 1,
  ready: 1,
  available: 1,
  lagging: false,
  rollingOut: false,
  paused: false,
  maxUnavailable: 0,
  maxSurge: 1,
  stuck: false,
  limits: { cpu: '1800m', memory: '2Gi' },
  disruptionBudgets: ok([]),
  pods: [],
};

export function serviceTarget(id: ServiceTarget['id'], more: Partial<ServiceTarget> = {}): ServiceTarget {
  return {
    kind: 'service',
    id,
    component: id,
    required: true,
    presence: 'found',
    addresses: ok([]),
    health: { path: '/actuator/health', named: false, format: 'spring' },
    tls: {},
    workload: WORKLOAD,
    maxPods: 3,
    ...more,
  };
}

/** A failed observation. */
export function trouble(code: FaultCode): Outcome<never> {
  return failed(code, literal('what was seen'), literal('what the other side said'));
}

/** Asks a check, and holds it to the faults that it names. */
export function askCheck<K extends Kind>(
  check: Check<K>,
  target: TargetOf<K>,
  observed: Observed[K],
  baseline?: string,
): Answer {
  const seen = { target, observed, all: { visits: [] }, now: new Date(0) };
  const answer = check.ask(baseline === undefined ? seen : { ...seen, baseline });
  if (answer.kind === 'fault' && !check.faults.includes(answer.fault.code)) {
    throw new Error(`${check.question} does not name ${answer.fault.code} among its faults`);
  }
  return answer;
}

/** The fault's code, or `pass`. */
export function verdict(answer: Answer): string {
  return answer.kind === 'pass' ? 'pass' : answer.fault.code;
}

// The report against what the services use: covered, moved, never listed, and what nobody can tell.
import { describe, expect, it } from 'vitest';
import { configurationBackends } from '../../../src/checks/configuration/backends.ts';
import { upgradeBackends } from '../../../src/checks/configuration/upgrade-backends.ts';
import type { Answer } from '../../../src/facts/answer.ts';
import type { BackendUse } from '../../../src/facts/backend-use.ts';
import type { Visit } from '../../../src/facts/observed.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { BucketTarget, DatabaseTarget, ServiceTarget, Target } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { database, NOW } from './seen.ts';
import { ACCESS, BUCKET, kmsTarget, PAIR_TARGET, serviceTarget } from './targets.ts';

const origin = literal('env X, ConfigMap core-daemon');
const databaseUse = (host: string, name = 'circuits', port = 5432): BackendUse => ({
  kind: 'database',
  hosts: [{ host, port }],
  database: name,
  origin,
});

function databaseAt(host: string, name = 'circuits', more: Partial<DatabaseTarget> = {}): DatabaseTarget {
  const base = database();
  if (!base.connection.ok) throw new Error('the fixture has a connection');
  const connection = ok({ ...base.connection.value, host, port: 5432, database: name });
  return { ...base, id: `database/${name}`, name, usedBy: [], connection, ...more };
}

const configuration = { namespace: 'recognize', variables: [], configMaps: [] };
const serviceUsing = (uses: readonly BackendUse[], id: ServiceTarget['id'] = 'core-daemon'): ServiceTarget =>
  serviceTarget(id, { uses, configuration });

function ask(uses: readonly BackendUse[], targets: readonly Target[], check = configurationBackends): Answer {
  const target = serviceUsing(uses);
  const observed = { settings: failed('NotAsked', literal('not asked')) };
  const visits = [target, ...targets].map((one) => ({ kind: one.kind, target: one, observed: {} }) as unknown as Visit);
  return check.ask({ target, observed, all: { visits }, now: NOW });
}

const told = (answer: Answer): string =>
  answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;

describe('a database', () => {
  it.each([
    ['db', 'db'],
    ['db', 'DB.recognize.svc.cluster.local.'],
    ['db.recognize', 'db.recognize.svc'],
    ['10.0.0.9', '10.0.0.9'],
  ])('%s is %s', (examined, used) => {
    expect(told(ask([databaseUse(used)], [databaseAt(examined)]))).toMatch(/^pass: /);
  });

  it.each([
    ['another server', databaseUse('new.example')],
    ['another database', databaseUse('db', 'other')],
    ['another port', databaseUse('db', 'circuits', 6432)],
    ['the same name in another namespace', databaseUse('db.elsewhere.svc')],
  ])('moved to %s is said with both sides', (_, use) => {
    const answer = ask([use], [databaseAt('db')]);
    expect(told(answer)).toMatch(
      /^TargetDrifted: uses database \w+ at [\w.]+:\d+, the report examines circuits at db:5432 \(env X, ConfigMap/,
    );
  });

  it('that others use is not what this one moved away from', () => {
    const other = serviceUsing([databaseUse('db')], 'metrics-collector');
    expect(told(ask([databaseUse('new.example')], [databaseAt('db'), other]))).toBe(
      'NotCovered: uses database circuits at new.example:5432 that no target covers (env X, ConfigMap core-daemon)',
    );
    const mine = databaseAt('db', 'circuits', { usedBy: ['auth-vault'] });
    expect(told(ask([databaseUse('new.example')], [mine]))).toMatch(/^NotCovered/);
  });

  it('that is not listed at all is not covered', () => {
    expect(told(ask([databaseUse('db')], [BUCKET]))).toMatch(/^NotCovered/);
  });

  it('behind a Secret is covered by a target of that Secret, and by no guess', () => {
    const hidden: BackendUse = { kind: 'hiddenDatabase', secret: 'db', origin };
    expect(told(ask([hidden], [databaseAt('db', 'x', { secret: 'db' })]))).toMatch(/^pass/);
    expect(told(ask([hidden], [databaseAt('db', 'x', { secret: 'else' })]))).toMatch(/^NotAsked: .*a Secret alone/);
    expect(told(ask([hidden], []))).toMatch(/^NotCovered/);
  });

  it('is not compared with one whose Secret cannot be read', () => {
    const broken = databaseAt('db', 'circuits', { connection: failed('SecretMissing', literal('gone')) });
    expect(told(ask([databaseUse('db')], [broken]))).toMatch(/^NotAsked/);
  });
});

describe('buckets and keys', () => {
  const bucket = (name: string, endpoint?: string): BackendUse => ({
    kind: 'bucket',
    bucket: name,
    origin,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const at = (endpoint: string): BucketTarget => ({ ...BUCKET, access: ok({ ...ACCESS, endpoint }) });

  it.each<[string, BackendUse, Target, RegExp]>([
    ['the same bucket', bucket(BUCKET.bucket), BUCKET, /^pass/],
    ['another bucket', bucket('else-where'), BUCKET, /^TargetDrifted: uses a bucket, the report examines bucket /],
    ['another endpoint', bucket(BUCKET.bucket, 'https://a'), at('https://b'), /^TargetDrifted/],
    ['the same endpoint', bucket(BUCKET.bucket, 'https://b:443/'), at('https://b'), /^pass/],
    [
      'the key pair',
      { kind: 'keyPair', secret: PAIR_TARGET.secret ?? '', origin },
      PAIR_TARGET,
      /^pass|^TargetDrifted/,
    ],
    ['a key pair instead of KMS', { kind: 'keyPair', secret: 'else', origin }, kmsTarget(), /^TargetDrifted/],
    [
      'the key by its ARN',
      { kind: 'kms', keyId: 'arn:aws:kms:eu-west-1:123456789012:key/k', origin },
      kmsTarget({ keyId: 'k' }),
      /^pass/,
    ],
    ['another key', { kind: 'kms', keyId: 'alias/new', origin }, kmsTarget({ keyId: 'alias/old' }), /^TargetDrifted/],
  ])('%s', (_, use, target, expected) => {
    expect(told(ask([use], [target]))).toMatch(expected);
  });

  it('no word of a setting that may be anything is shown', () => {
    expect(told(ask([bucket('sesame-open-1')], [BUCKET]))).not.toContain('sesame');
  });
});

it('for an upgrade it is no evidence', () => {
  expect(told(ask([databaseUse('new')], [databaseAt('db')], upgradeBackends))).toMatch(/^UpgradeTargetDrifted: uses/);
  expect(told(ask([databaseUse('new')], [], upgradeBackends))).toMatch(/^UpgradeTargetDrifted/);
  expect(told(ask([databaseUse('db')], [databaseAt('db')], upgradeBackends))).toMatch(/^pass/);
  const hidden: BackendUse = { kind: 'hiddenDatabase', secret: 'db', origin };
  expect(told(ask([hidden], [databaseAt('db')], upgradeBackends))).toMatch(/^NotAsked/);
});

it('a service whose settings name nothing is not asked', () => {
  expect(configurationBackends.applies?.(serviceTarget('core-daemon'))).toBe(false);
  expect(upgradeBackends.applies?.(serviceUsing([databaseUse('db')]))).toBe(true);
});

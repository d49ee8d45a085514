// What moved since the last healthy run: each thing in its words, and "nothing moved" only where that is known.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ok, failed } from '../../../src/facts/outcome.ts';
import type { Visit } from '../../../src/facts/observed.ts';
import { transitionEvents } from '../../../src/operator/transitions.ts';
import { jsonBytes } from '../../../src/report/index.ts';
import { lastHealthyOf, sinceHealthy } from '../../../src/report/moved.ts';
import { watchedOf, type Watched } from '../../../src/report/watched.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { workload } from '../checks/seen.ts';
import { BUCKET, CLUSTER, kmsTarget, serviceTarget } from '../checks/targets.ts';
import { finding, minutes, report, run, START } from '../judge/fixtures.ts';

const well: readonly Watched[] = [
  { id: 'image/auth-vault', is: 'registry/team/auth-vault:1.2.5', proof: 'aaaa' },
  { id: 'secret/node-persistence-db', is: '100' },
  { id: 'configmap/auth-vault', is: '7' },
  { id: 'key/key-management/jwt', is: 'sha256:aa' },
  { id: 'version/database/x', is: '16.2' },
];
const last = lastHealthyOf(undefined, well, START);
const change = (id: string, to: Partial<Watched>): readonly Watched[] =>
  well.map((one) => (one.id === id ? { ...one, ...to } : one));
const since = (watched: readonly Watched[], from = last, at = minutes(5)): string => sinceHealthy(from, watched, at);

describe('a move', () => {
  test.each<[string, readonly Watched[], string]>([
    [
      'another tag',
      change('image/auth-vault', { is: 'registry/team/auth-vault:1.3.0', proof: 'bbbb' }),
      'image of auth-vault 1.2.5 → 1.3.0',
    ],
    [
      'another registry',
      change('image/auth-vault', { is: 'mirror/auth-vault:1.2.5' }),
      'image of auth-vault registry/team/auth-vault:1.2.5 → mirror/auth-vault:1.2.5',
    ],
    [
      'a tag that was pushed again',
      change('image/auth-vault', { proof: 'bbbb' }),
      'image of auth-vault auth-vault:1.2.5 is another one under the same tag',
    ],
    [
      'a Secret that was written, with whatever value',
      change('secret/node-persistence-db', { is: '101' }),
      'Secret node-persistence-db was written',
    ],
    ['a Secret that is gone', change('secret/node-persistence-db', { is: '' }), 'Secret node-persistence-db is gone'],
    ['a ConfigMap', change('configmap/auth-vault', { is: '8' }), 'ConfigMap auth-vault was written'],
    [
      'a key',
      change('key/key-management/jwt', { is: 'sha256:bb' }),
      'public key of key-management/jwt sha256:aa → sha256:bb',
    ],
    ['a server', change('version/database/x', { is: '17.0' }), 'version of database/x 16.2 → 17.0'],
    ['a Secret that is new', [...well, { id: 'secret/other', is: '1' }], 'Secret other is new'],
  ])('of %s is told', (_what, watched, words) => {
    expect(since(watched)).toBe(`Healthy until 2026-11-23T10:00:00Z; since then: ${words}.`);
  });

  it('of many is told in the order of what usually is the cause, and counted', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ id: `replicas/s-${index}`, is: '1' }));
    const before = lastHealthyOf(undefined, [...many, ...well], START);
    const now = [
      ...many.map((one) => ({ ...one, is: '2' })),
      ...change('image/auth-vault', { is: 'registry/team/auth-vault:1.3.0' }),
    ];
    expect(since(now, before)).toMatch(
      /since then: image of auth-vault 1\.2\.5 → 1\.3\.0, replicas of .* and 7 more\.$/,
    );
  });

  it('while everything was well is told beside a failure that came soon after', () => {
    const moved = change('image/auth-vault', { is: 'registry/team/auth-vault:1.3.0', proof: 'bbbb' });
    const kept = lastHealthyOf(lastHealthyOf(last, moved, minutes(1)), moved, minutes(2));
    expect(since(moved, kept)).toMatch(
      /^Healthy until 2026-11-23T10:02:00Z; since then: nothing moved .* Shortly before: image of auth-vault 1\.2\.5 → 1\.3\.0 at 2026-11-23T10:01:00Z\.$/,
    );
    const old = lastHealthyOf(kept, moved, minutes(120));
    expect(since(moved, old, minutes(121))).not.toContain('Shortly before');
    expect(lastHealthyOf(old, moved, minutes(26 * 60)).watched?.some(({ movedAt }) => movedAt !== undefined)).toBe(
      false,
    );
  });
});

describe('nothing moved', () => {
  it('is said where everything was compared', () => {
    expect(since(well)).toMatch(
      /; since then: nothing moved of the 5 things that are compared \(images, .*Secrets, ConfigMaps\)\.$/,
    );
  });

  it('is not said of a tag without a digest', () => {
    const bare = [{ id: 'image/auth-vault', is: 'auth-vault:latest' }];
    const said = since(bare, lastHealthyOf(undefined, bare, START));
    expect(said).toContain(
      'nothing is known to have moved. Could not be compared: image of auth-vault (a tag without a digest).',
    );
    const pinned = [{ id: 'image/auth-vault', is: `auth-vault@sha256:${'a'.repeat(64)}` }];
    expect(since(pinned, lastHealthyOf(undefined, pinned, START))).toContain('nothing moved of the 1 things');
  });

  it('is not said of what could not be seen', () => {
    const said = since(well.filter(({ id }) => id !== 'version/database/x'));
    expect(said).toContain('Could not be compared: version of database/x.');
    expect(said).not.toContain('nothing moved of');
  });

  it('is not said where the report had no room for what was', () => {
    expect(since(well, { time: last.time })).toMatch(/not known what moved, the report had no room for it\.$/);
  });

  it('is not dated by a clock that was set back', () => {
    expect(since(well, last, minutes(-30))).toMatch(
      /^Healthy until .*, which the clock has not reached again: it was set back\. Since that run:/,
    );
  });

  it('is never said when anything differs, and every sentence fits', () => {
    const id = fc.constantFrom('image/a', 'secret/b', 'configmap/c', 'address/database/d', 'limits/e', 'replicas/f');
    const things = fc.uniqueArray(
      fc.record({ id, is: fc.string({ maxLength: 200 }), proof: fc.string({ maxLength: 16 }) }),
      {
        selector: (one) => one.id,
      },
    );
    fc.assert(
      fc.property(things, things, (before, now) => {
        const said = sinceHealthy(lastHealthyOf(undefined, before, START), now, minutes(1));
        expect(Buffer.byteLength(said)).toBeLessThanOrEqual(512);
        const same = before.every((one) =>
          now.some((other) => other.id === one.id && other.is === one.is && other.proof === one.proof),
        );
        if (!same) expect(said).not.toContain('nothing moved of');
      }),
    );
  });
});

describe('what is watched', () => {
  const digest = (text: string): string => `sha256:${text.repeat(64)}`;
  const pods = (...digests: readonly (string | undefined)[]): Visit => {
    const seen = workload({ image: 'registry/auth-vault:1.2.5' });
    const [pod] = seen.pods;
    if (pod === undefined) throw new Error('The fixture has no pod.');
    return {
      kind: 'pods',
      target: serviceTarget('auth-vault'),
      observed: {
        workload: ok({
          ...seen,
          pods: digests.map((one, index) => ({
            ...pod,
            name: `p-${index}`,
            containers: pod.containers.map((container) => {
              const { digest: _, ...rest } = container;
              return { ...rest, ...(one === undefined ? {} : { digest: one }) };
            }),
          })),
        }),
      },
    };
  };
  const none = { secrets: new Map<string, string>(), configMaps: new Map<string, string>() };
  const image = (visit: Visit): Watched | undefined =>
    watchedOf([visit], none).find(({ id }) => id === 'image/auth-vault');

  it('proves an image by its digest only where every pod says the same', () => {
    expect(image(pods(digest('a'), digest('a')))).toEqual({
      id: 'image/auth-vault',
      is: 'registry/auth-vault:1.2.5',
      proof: 'a'.repeat(16),
    });
    expect(image(pods(digest('a'), digest('b')))?.proof).toBeUndefined();
    expect(image(pods(digest('a'), undefined))?.proof).toBeUndefined();
    expect(image(pods(undefined))?.proof).toBeUndefined();
  });

  it('is not the number that an autoscaler chooses', () => {
    const visit = pods(digest('a'));
    expect(watchedOf([visit], none).map(({ id }) => id)).toEqual([
      'image/auth-vault',
      'limits/auth-vault',
      'replicas/auth-vault',
    ]);
    if (visit.kind !== 'pods' || !visit.observed.workload.ok) throw new Error('The fixture is of pods.');
    const scaled = {
      ...visit,
      observed: { workload: ok({ ...visit.observed.workload.value, autoscaler: { min: 1, max: 3 } }) },
    };
    expect(watchedOf([scaled], none).map(({ id }) => id)).not.toContain('replicas/auth-vault');
  });

  it('is neither the value of a Secret nor a credential of an address', () => {
    const key = {
      kind: 'key',
      target: kmsTarget(),
      observed: {
        publicKey: ok({ fingerprint: 'ab'.repeat(32) }),
        state: failed('NotAsked', literal('x')),
        sign: failed('NotAsked', literal('x')),
        pair: failed('NotAsked', literal('x')),
      },
    } as const;
    const cluster = {
      kind: 'cluster',
      target: CLUSTER,
      observed: { version: ok({ kubernetes: 'v1.34.1' }), architectures: ok(['amd64']) },
    } as const;
    const bucket = { kind: 'bucket', target: BUCKET, observed: {} } as unknown as Visit;
    expect(
      watchedOf([key, cluster, bucket], { secrets: new Map([['db', '12']]), configMaps: new Map([['app', '']]) }),
    ).toEqual([
      { id: 'address/key-management/jwt', is: 'alias/jwt' },
      { id: 'address/object-storage/circuits', is: 'circuits us-east-1' },
      { id: 'configmap/app', is: '' },
      { id: 'key/key-management/jwt', is: `sha256:${'ab'.repeat(8)}` },
      { id: 'secret/db', is: '12' },
      { id: 'version/cluster', is: 'v1.34.1' },
    ]);
  });
});

describe('a report', () => {
  const good = report(run(), undefined, { report: { watched: well } }).status;
  const DOWN = { 'database/node-persistence/connect': 'DatabaseMissing' } as const;
  const bad = report(run(DOWN), good, {
    now: minutes(1),
    thresholds: { failure: 1, success: 1 },
    report: { watched: change('image/auth-vault', { is: 'registry/team/auth-vault:1.3.0' }) },
  }).status;

  it('remembers a good run and says at the next bad one what moved', () => {
    expect(good).toMatchObject({ lastHealthy: { time: '2026-11-23T10:00:00Z' } });
    expect(good.sinceHealthy).toBeUndefined();
    expect(bad.lastHealthy).toEqual(good.lastHealthy);
    expect(bad.sinceHealthy).toContain('since then: image of auth-vault 1.2.5 → 1.3.0.');
    const events = transitionEvents(good, bad, minutes(1));
    expect(events.filter(({ note }) => note.includes('image of auth-vault 1.2.5 → 1.3.0'))).toHaveLength(events.length);
    expect(events.map(({ reason }) => reason)).toEqual(['DatabaseMissing', 'VerdictFailing']);
  });

  it('shows what happened to credentials: a word of ours behind their name is no secret', () => {
    const id = 'database/node-persistence/credentials';
    const { status } = report([...run(), finding(id, 'DatabaseMissing')], undefined, { now: minutes(1) });
    const notes = [...transitionEvents(good, status, minutes(1)), ...transitionEvents(status, good, minutes(2))].map(
      ({ note }) => note,
    );
    expect(notes).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`${id}: Saw DatabaseMissing`),
        expect.stringContaining(`${id}: DatabaseMissing is over`),
      ]),
    );
  });

  it('is not remembered as good while a failure waits for its confirmation', () => {
    const confirming = report(run(DOWN), good, {
      now: minutes(1),
      report: { watched: change('configmap/auth-vault', { is: '8' }) },
    }).status;
    expect(confirming.verdict).toBe('Healthy');
    expect(confirming.lastHealthy).toEqual(good.lastHealthy);
    expect(confirming.sinceHealthy).toContain('ConfigMap auth-vault was written');
  });

  it('is remembered as good though something speaks against an upgrade', () => {
    const blocked = report(run({ 'upgrade/auth-vault/rollout': 'UpgradeRolloutUnfinished' }), undefined, {
      report: { watched: well },
    }).status;
    expect(blocked.lastHealthy).toBeDefined();
  });

  it('says that it remembers nothing where it never was healthy, as after it was made again; no Event repeats that', () => {
    const DOWN_NOW = { thresholds: { failure: 1, success: 1 } };
    const madeAt = '2026-11-23T09:59:00Z';
    const first = report(run(DOWN), undefined, { ...DOWN_NOW, report: { watched: well, madeAt } }).status;
    expect(first).not.toHaveProperty('lastHealthy');
    expect(first.sinceHealthy).toBe(
      `No healthy run is on record since this report was made at ${madeAt}, so nobody knows what moved: one that was deleted and made again remembers nothing.`,
    );
    const events = transitionEvents({ ...first, verdict: 'Unknown', rootCauses: [] }, first, START);
    expect(events.map(({ reason }) => reason)).toEqual(['DatabaseMissing', 'VerdictFailing']);
    expect(events.filter(({ note }) => note.includes('on record'))).toEqual([]);
    // A single run of check remembers nothing, and is not asked to.
    const single = report(run(DOWN), undefined, { ...DOWN_NOW, report: { watched: well } }).status;
    expect(single).not.toHaveProperty('sinceHealthy');
  });

  it('gives it up first where there is no room, and says so later', () => {
    const budgetBytes = jsonBytes({ ...good, lastHealthy: { time: good.lastHealthy?.time } }) + 20;
    const small = report(run(), undefined, { report: { watched: well, budgetBytes } }).status;
    expect(small.lastHealthy).toEqual({ time: '2026-11-23T10:00:00Z' });
    expect(small.truncated).toBe(0);
    const later = report(run(DOWN), small, {
      now: minutes(1),
      thresholds: { failure: 1, success: 1 },
      report: { watched: well },
    }).status;
    expect(later.sinceHealthy).toContain('the report had no room for it');
  });
});

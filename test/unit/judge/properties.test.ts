import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isService } from '../../../src/api/components.ts';
import { FAULT_CODES, traits, type FaultCode } from '../../../src/api/faults.ts';
import { healthReportStatus, type HealthReportStatus, type MuteSpec } from '../../../src/api/health-report.ts';
import type { Finding } from '../../../src/facts/answer.ts';
import { ALL_GOOD, finding, judgeOnce, minutes, report, SPLIT_EDGES } from './fixtures.ts';

const IDS = [
  ...Object.keys(ALL_GOOD),
  'auth-vault/signature',
  'alerts/error-rate/core-daemon',
  'capacity/core-daemon/limits',
];
const answer = fc.oneof(fc.constant<'pass'>('pass'), fc.constantFrom<FaultCode>(...FAULT_CODES));
const findings = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...IDS), answer), { selector: ([id]) => id })
  .map((list) => list.map(([id, what]) => finding(id, what)));
const series = fc.array(findings, { minLength: 1, maxLength: 8 });
const mutes: fc.Arbitrary<MuteSpec[]> = fc
  .array(
    fc.record({
      what: fc.oneof(
        fc.constantFrom(...IDS).map((check) => ({ check })),
        fc.constantFrom(...FAULT_CODES).map((fault) => ({ fault })),
      ),
      until: fc.constantFrom('2026-11-23T10:03:00Z', '2026-12-01T00:00:00Z', '2027-03-01T00:00:00Z'),
    }),
    { maxLength: 3 },
  )
  .map((list) => list.map(({ what, until }) => ({ ...what, until, reason: 'known', by: 'us' })));
const targets = [
  'core-daemon',
  'auth-vault',
  'node-persistence',
  'circuit-storage',
  'database/node-persistence',
  'key-management/jwt',
];
const anyEdges = fc.array(fc.record({ from: fc.constantFrom(...targets), to: fc.constantFrom(...targets) }), {
  maxLength: 20,
});

const throughJson = (status: HealthReportStatus): HealthReportStatus =>
  healthReportStatus.parse(JSON.parse(JSON.stringify(status)));

/** Folds runs a minute apart, the one numbered `jsonAfter` through JSON. */
function fold(
  all: readonly (readonly Finding[])[],
  muted: readonly MuteSpec[],
  jsonAfter = -1,
): HealthReportStatus | undefined {
  return all.reduce<HealthReportStatus | undefined>((previous, one, i) => {
    const { status } = report(one, previous, { now: minutes(i), mutes: muted });
    return i === jsonAfter ? throughJson(status) : status;
  }, undefined);
}

describe('a judgement', () => {
  it('does not depend on the order of findings, edges or mutes', () => {
    fc.assert(
      fc.property(
        findings,
        findings,
        anyEdges,
        mutes,
        fc.infiniteStream(fc.nat()),
        (before, now, edges, muted, noise) => {
          const shuffled = <T>(list: readonly T[]): T[] =>
            list
              .map((item) => ({ item, key: Number(noise.next().value) }))
              .sort((a, b) => a.key - b.key)
              .map(({ item }) => item);
          const { status: previous } = report(before, undefined, { edges, mutes: muted });
          const one = report(now, previous, { edges, mutes: muted, now: minutes(1) }).status;
          const other = report(shuffled(now), previous, {
            edges: shuffled(edges),
            mutes: shuffled(muted),
            now: minutes(1),
          }).status;
          expect(other).toEqual(one);
        },
      ),
    );
  });

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(series, mutes, fc.nat(7), (all, muted, k) => {
        expect(fold(all, muted, k)).toEqual(fold(all, muted));
      }),
    );
  });

  it('writes what the schema accepts, conditions included', () => {
    fc.assert(
      fc.property(series, mutes, (all, muted) => {
        const status = fold(all, muted);
        expect(() => healthReportStatus.parse(status)).not.toThrow();
        expect(status?.conditions.map(({ type }) => type)).toEqual(
          expect.arrayContaining(['Ready', 'Healthy', 'Upgradeable']),
        );
      }),
    );
  });

  it('never makes a pass or a fail of an error', () => {
    fc.assert(
      fc.property(series, mutes, (all, muted) => {
        let previous: HealthReportStatus | undefined;
        all.forEach((one, i) => {
          const before = new Map(previous?.checks?.map((check) => [check.id, check]));
          const { status } = report(one, previous, { now: minutes(i), mutes: muted });
          for (const check of status.checks ?? []) {
            if (check.result !== 'error') continue;
            // What was known stays known for a while; nothing new is learnt from an error.
            expect(['error', before.get(check.id)?.state ?? 'error']).toContain(check.state);
          }
          previous = status;
        });
      }),
    );
  });

  it('is never Healthy without an answer in this run or before', () => {
    const unanswered = FAULT_CODES.filter((code) => ['error', 'skip'].includes(traits(code).result));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(...unanswered)), { selector: ([id]) => id }),
        (list) => {
          const { verdict, upgradeable } = judgeOnce(list.map(([id, code]) => finding(id, code)));
          expect([verdict, upgradeable.status]).toEqual(['Unknown', 'Unknown']);
        },
      ),
    );
  });

  it('is Upgradeable only without any raw failure that is not muted', () => {
    fc.assert(
      fc.property(series, mutes, (all, muted) => {
        const status = fold(all, muted);
        const upgradeable = status?.conditions.find(({ type }) => type === 'Upgradeable')?.status;
        const loud = status?.checks?.some(({ result, muted: silent }) => result === 'fail' && silent !== true) ?? false;
        if (loud) expect(upgradeable).toBe('False');
        if (upgradeable === 'True')
          expect(status?.checks?.some(({ streak = 0, muted: silent }) => streak > 0 && silent !== true)).toBe(false);
      }),
    );
  });

  it('counts every check exactly once', () => {
    fc.assert(
      fc.property(series, mutes, (all, muted) => {
        const status = fold(all, muted);
        const sum = Object.values(status?.counts ?? {}).reduce((a, b) => a + b, 0);
        expect(sum).toBe((status?.checks?.length ?? 0) + (status?.truncated ?? 0));
      }),
    );
  });
});

describe('suppression', () => {
  it('has a root cause for every symptom, on any graph', () => {
    fc.assert(
      fc.property(findings, anyEdges, (now, edges) => {
        const { checks, rootCauses } = judgeOnce(now, { edges });
        for (const { id, suppressedBy } of checks) {
          if (suppressedBy === undefined) continue;
          expect(suppressedBy).not.toBe(id);
          expect(checks.find((check) => check.id === suppressedBy)?.suppressedBy).toBeUndefined();
          expect(
            rootCauses
              .map(({ check }) => check.id)
              .concat(checks.filter(({ state }) => state !== 'fail').map((c) => c.id)),
          ).toContain(suppressedBy);
        }
        const failing = checks.some(({ state, feeds }) => state === 'fail' && feeds === 'Healthy');
        expect(rootCauses.length > 0).toBe(failing);
      }),
    );
  });

  it('changes neither results, nor states, nor what Healthy says', () => {
    fc.assert(
      fc.property(findings, anyEdges, (now, edges) => {
        const seen = (with_: typeof edges): unknown => {
          // `vantage` reads edges, too; without reachability faults they serve suppression alone.
          const plain = now.filter(
            ({ answer }) =>
              answer.kind === 'pass' || (traits(answer.fault.code).vantage ?? traits(answer.fault.code).asker) !== true,
          );
          const { checks, healthy, components } = judgeOnce(plain, { edges: with_ });
          return [
            checks.map(({ id, result, state }) => [id, result, state]),
            healthy.status,
            components.map(({ status }) => status),
          ];
        };
        expect(seen(edges)).toEqual(seen([]));
      }),
    );
  });

  it('only ever hits what a dependency can explain', () => {
    fc.assert(
      fc.property(findings, anyEdges, (now, edges) => {
        for (const { suppressedBy, fault } of judgeOnce(now, { edges }).checks) {
          if (suppressedBy !== undefined) expect(fault !== undefined && traits(fault).explainable).toBe(true);
        }
      }),
    );
  });

  it('never holds back a recovery', () => {
    fc.assert(
      fc.property(series, findings, (all, last) => {
        const previous = fold(all, []);
        const good = [...new Set([...IDS])].map((id) => last.find((one) => one.id === id) ?? finding(id, 'pass'));
        const later = [1, 2, 3].reduce(
          (status, i) => report(good, status, { now: minutes(all.length + i) }).status,
          previous,
        );
        for (const check of later?.checks ?? []) {
          if (check.result !== 'pass' || check.latchedSince !== undefined) continue;
          expect([check.state, check.suppressedBy]).toEqual(['pass', undefined]);
        }
      }),
    );
  });

  it('makes two outages two root causes, whatever else fails', () => {
    const lower = FAULT_CODES.filter(
      (code) =>
        traits(code).explainsDependents === true &&
        traits(code).explainable !== true &&
        traits(code).vantage !== true &&
        traits(code).asker !== true,
    );
    fc.assert(
      fc.property(findings, fc.constantFrom(...lower), fc.constantFrom(...lower), (noise, a, b) => {
        const rest = noise.filter(({ component }) => isService(component));
        const two = [finding('database/node-persistence/connect', a), finding('object-storage/circuits/list', b)];
        const ids = judgeOnce([...rest, ...two], { edges: SPLIT_EDGES }).rootCauses.map(({ check }) => check.targetId);
        expect(ids).toEqual(expect.arrayContaining(['database/node-persistence', 'object-storage/circuits']));
      }),
    );
  });
});

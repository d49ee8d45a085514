import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPONENTS, isService, SERVICES } from '../../../src/api/components.ts';
import { FAULT_CODES, traits, type FaultCode } from '../../../src/api/faults.ts';
import { healthReportStatus, type HealthReportStatus, type InventoryItem } from '../../../src/api/health-report.ts';
import { found, pass, type Finding } from '../../../src/facts/answer.ts';
import type { Cite } from '../../../src/judge/index.ts';
import { jsonBytes, OBJECT_BYTES, STATUS_BYTES, statusBudget } from '../../../src/report/index.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { cite, report, run } from '../judge/fixtures.ts';
import { cases } from '../../support/cases.ts';

/** Texts that are longest in bytes and in JSON. */
const LONG = redact('ä"\\'.repeat(1000), [], 4000);
const longCite: Cite = (component, fault) => ({ ...cite(component, fault), title: LONG, cause: LONG, nextSteps: LONG });
const inventory: InventoryItem[] = SERVICES.map((component) => ({
  component,
  kind: 'DeploymentConfig',
  name: 'n'.repeat(253),
  image: 'i'.repeat(256),
  since: '2026-11-23T10:00:00Z',
}));

function check(i: number, code: FaultCode | 'pass', idLength: number): Finding {
  const component = COMPONENTS[i % (COMPONENTS.length - 1)] ?? 'core-daemon';
  const id = `${component}/${String(i)}/`.padEnd(idLength, 'q');
  const answer = code === 'pass' ? pass(LONG) : found({ code, detail: LONG }, LONG);
  const targetId = isService(component) ? component : `${component}/${String(i)}`;
  return { id, component, targetId, required: true, feeds: 'Healthy', answer };
}

const watched = Array.from({ length: 96 }, (_, i) => ({
  id: `secret/${String(i)}`.padEnd(128, 'i'),
  is: 'w'.repeat(192),
  proof: 'p'.repeat(64),
}));
const lastHealthy = {
  time: '2026-11-23T09:00:00Z',
  watched: watched.map((one) => ({ ...one, was: 'v'.repeat(192), movedAt: '2026-11-23T09:00:00Z' })),
};
const written = (findings: readonly Finding[], budgetBytes = STATUS_BYTES): HealthReportStatus => {
  const before = { ...report([]).status, lastHealthy };
  return report(findings, before, { cite: longCite, report: { inventory, budgetBytes, watched } }).status;
};
const many = (n: number, idLength: number, code: (i: number) => FaultCode | 'pass'): readonly Finding[] =>
  Array.from({ length: n }, (_, i) => check(i, code(i), idLength));
const faultAt = (i: number): FaultCode => FAULT_CODES[i % FAULT_CODES.length] ?? 'HealthDown';

describe('the size of a report', () => {
  it('gives up what the last healthy run saw first, then the history, and no check for them', () => {
    const history = {
      until: '2026-11-23T09:59:00Z',
      components: [{ component: 'all', up: '300*12;3600*24', down: '1,2,3' }],
    };
    const before = { ...report([]).status, lastHealthy, history };
    const full = report(run(), before, { report: { watched, budgetBytes: 200_000 } }).status;
    expect([full.lastHealthy?.watched?.length, full.history?.components.length]).toEqual([96, 1]);
    const fitting = (budgetBytes: number): HealthReportStatus =>
      report(run(), before, { report: { watched, budgetBytes } }).status;
    const first = fitting(jsonBytes(full) - 1);
    expect(first.lastHealthy).toEqual({ time: full.lastHealthy?.time });
    expect(first.history).toEqual(full.history);
    const second = fitting(jsonBytes(first) - 1);
    expect(second).not.toHaveProperty('history');
    expect([second.checks?.length, second.truncated]).toEqual([full.checks?.length, 0]);
  });

  it('leaves room for the rest of the object', () => {
    expect(STATUS_BYTES).toBeLessThan(OBJECT_BYTES);
    expect(statusBudget(20_000) + 20_000).toBeLessThanOrEqual(OBJECT_BYTES);
  });

  it.each<[string, readonly Finding[]]>([
    ['a full list with the longest ids and texts, all of it bad', many(320, 128, faultAt)],
    ['more checks than the schema holds', many(500, 128, faultAt)],
    ['a full list that fails', many(320, 75, () => 'DatabaseUnreachable')],
    ['a full list of passes', many(320, 128, () => 'pass')],
  ])('stays within its budget and the schema with %s', (_, findings) => {
    const status = written(findings);
    expect(jsonBytes(status)).toBeLessThanOrEqual(STATUS_BYTES);
    expect(() => healthReportStatus.parse(status)).not.toThrow();
    expect((status.checks?.length ?? 0) + (status.truncated ?? 0)).toBe(findings.length);
  });

  it('stays within any budget that it may be given, whatever was found', () => {
    const codes = fc.array(fc.constantFrom<FaultCode | 'pass'>('pass', ...FAULT_CODES), { maxLength: 200 });
    fc.assert(
      fc.property(codes, fc.integer({ min: 24 * 1024, max: STATUS_BYTES }), (all, budget) => {
        const status = written(
          all.map((code, i) => check(i, code, 80)),
          budget,
        );
        expect(jsonBytes(status)).toBeLessThanOrEqual(budget);
      }),
      cases(40),
    );
  });

  it('drops skipped checks before passing ones, and no finding for want of either', () => {
    const findings = many(200, 75, (i) => (i % 4 === 0 ? 'DatabaseMissing' : i % 4 === 1 ? 'NotAsked' : 'pass'));
    const status = written(findings);
    const left = (result: string): number => status.checks?.filter((one) => one.result === result).length ?? 0;
    expect(left('fail')).toBe(50);
    expect(left('skip') === 0 || left('pass') === 100).toBe(true);
    expect(status.truncated).toBeGreaterThan(0);
  });

  it('keeps baselines where everything else of their kind goes', () => {
    const findings = many(200, 75, () => 'pass');
    const first = written(findings);
    const before: HealthReportStatus = {
      ...first,
      checks: first.checks?.map((one, i) => (i % 10 === 0 ? { ...one, baseline: 'b' } : one)),
    };
    const { status } = report(findings, before, { cite: longCite, report: { inventory, budgetBytes: 24 * 1024 } });
    const kept = status.checks?.filter(({ baseline }) => baseline !== undefined) ?? [];
    expect(kept).toHaveLength(before.checks?.filter(({ baseline }) => baseline !== undefined).length ?? 0);
    expect(kept.length).toBeGreaterThan(10);
    expect(status.truncated).toBeGreaterThan(50);
  });

  it('leaves a usual report as it is', () => {
    const { status } = report(run({ 'database/node-persistence/connect': 'DatabaseMissing' }));
    expect([status.truncated, status.checks?.length]).toEqual([0, run().length]);
  });

  it('still tells the verdict and the root causes where findings had to go', () => {
    const failing = FAULT_CODES.filter((code) => traits(code).result === 'fail');
    const status = written(many(320, 128, (i) => failing[i % failing.length] ?? 'HealthDown'));
    expect([status.verdict, status.rootCauses?.length]).toEqual(['Failing', 32]);
  });
});

// The checks of logs: signatures of the guide, and its three alerts.
import { describe, expect, it } from 'vitest';
import { alertErrorRate } from '../../../src/checks/logs/error-rate.ts';
import { alertSignature } from '../../../src/checks/logs/signature.ts';
import { alertStart } from '../../../src/checks/logs/start.ts';
import { serviceLogs } from '../../../src/checks/logs/logs.ts';
import type { LogSighting, ServiceLogs } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { NOW, pod, service, workload } from './seen.ts';
import { askCheck, trouble, verdict } from './targets.ts';

const target = (changes: Partial<ServiceTarget> = {}): ServiceTarget =>
  service({
    logs: {
      namespace: 'recognize',
      writers: ['core-daemon', 'auth-vault'],
      fromMs: NOW.getTime() - 300_000,
      windowFromMs: NOW.getTime() - 300_000,
      nowMs: NOW.getTime(),
    },
    ...changes,
  });
const logs = (changes: Partial<ServiceLogs> = {}) => ({
  logs: ok({ pods: 1, podsRead: 1, errors: 0, sightings: [], gaps: [], ...changes }),
});
const sighting = (changes: Partial<LogSighting> = {}): LogSighting => ({
  id: 'REC-CD-003',
  component: 'core-daemon',
  fault: 'RequestBodyUnparsable',
  count: 1,
  excerpt: literal('the line'),
  basis: 'Log',
  blames: [],
  captured: [],
  pod: 'core-daemon-0',
  firstTime: '2026-11-23T11:59:00.000000001Z',
  lastTime: '2026-11-23T11:59:00.000000001Z',
  inWindow: true,
  ...changes,
});
const invalid = (nanos: number, changes: Partial<LogSighting> = {}): LogSighting =>
  sighting({
    fault: 'SignatureInvalid',
    lastTime: `2026-11-23T11:59:00.${String(nanos).padStart(9, '0')}Z`,
    ...changes,
  });

describe('a share of the log that is not understood', () => {
  const strange = logs({ unread: { records: 40, of: 50 } });

  it('keeps alerts from being quiet', () => {
    expect(verdict(askCheck(alertErrorRate, target(), strange))).toBe('LogsNotUnderstood');
    expect(verdict(askCheck(alertSignature, target(), strange))).toBe('LogsNotUnderstood');
  });

  it('does not hide what rings', () => {
    const ringing = logs({ unread: { records: 40, of: 50 }, errors: 21 });
    expect(verdict(askCheck(alertErrorRate, target(), ringing))).toBe('ErrorRateHigh');
  });
});

describe('a backend that refuses the service', () => {
  const denied = (count: number) =>
    logs({
      sightings: [
        sighting({
          id: 'REC-CS-002',
          fault: 'CircuitPersistFailed',
          count,
          deepest: { fault: 'BucketAccessDenied', text: literal('Access Denied (Service: S3, Status Code: 403)') },
          blames: ['object-storage'],
        }),
      ],
    });

  it('time and again is a failure, whatever a probe of ours may do', () => {
    const answer = askCheck(serviceLogs, target(), denied(3));
    expect(verdict(answer)).toBe('StorageRefusesService');
    expect(answer).toMatchObject({ basis: 'Log', evidence: 'Access Denied (Service: S3, Status Code: 403)' });
  });

  it('once or twice is a warning', () => {
    expect(verdict(askCheck(serviceLogs, target(), denied(2)))).toBe('CircuitPersistFailed');
  });
});

describe('logs', () => {
  it('say the most severe signature of the window, and name the others', () => {
    const seen = logs({ sightings: [sighting(), sighting({ fault: 'TokenSignFailed', component: 'auth-vault' })] });
    const answer = askCheck(serviceLogs, target(), seen);
    expect(answer).toMatchObject({ fault: { code: 'TokenSignFailed' }, basis: 'Log', evidence: 'the line' });
    expect(answer.kind === 'fault' && answer.fault.detail).toMatch(/by auth-vault.*also RequestBodyUnparsable/);
  });

  it.each([
    ['nothing is in them', logs()],
    ['what is in them is older than the window', logs({ sightings: [sighting({ inWindow: false })] })],
    ['an alert of its own speaks of it', logs({ sightings: [invalid(1)] })],
  ])('pass when %s', (_what, seen) => {
    expect(verdict(askCheck(serviceLogs, target(), seen))).toBe('pass');
  });

  it('say what is missing from them', () => {
    const answer = askCheck(serviceLogs, target(), logs({ pods: 3, podsRead: 2, gaps: [literal('pod a ended')] }));
    expect(answer.kind === 'pass' && answer.note).toMatch(/2 of 3 pods read; pod a ended/);
  });

  it.each([serviceLogs, alertErrorRate, alertStart, alertSignature])(
    'are skipped where they are denied: $question',
    (check) => {
      expect(verdict(askCheck(check, target(), { logs: trouble('LogsNotReadable') }))).toBe('LogsNotReadable');
    },
  );

  it.each([serviceLogs, alertStart, alertSignature])('are not asked where the spec says so: $question', (check) => {
    expect(check.applies?.(service())).toBe(false);
  });
});

describe('the error rate in logs', () => {
  it.each([
    [0, 'pass'],
    [20, 'pass'],
    [21, 'ErrorRateHigh'],
  ])('of %i errors against a threshold of 20: %s', (errors, expected) => {
    expect(verdict(askCheck(alertErrorRate, target(), logs({ errors })))).toBe(expected);
  });
});

describe('a failed start', () => {
  const failed = logs({ sightings: [sighting({ fault: 'ApplicationRunFailed', inWindow: false })] });
  it('fails while its pod is not ready, however long ago it was', () => {
    const down = target({ workload: workload({ pods: [pod('core-daemon-0', { ready: false })] }) });
    expect(verdict(askCheck(alertStart, down, failed))).toBe('StartFailed');
  });
  it('is over when the pod is ready', () => {
    const up = target({ workload: workload({ pods: [pod('core-daemon-0')] }) });
    expect(verdict(askCheck(alertStart, up, failed))).toBe('pass');
  });
});

describe('an invalid signature', () => {
  const ask = (sightings: readonly LogSighting[], baseline?: string) =>
    askCheck(alertSignature, target(), logs({ sightings }), baseline);

  it('counts once, though the next run reads the line again', () => {
    const first = ask([invalid(5)]);
    expect(verdict(first)).toBe('SignatureInvalid');
    expect(verdict(ask([invalid(5)], first.baseline))).toBe('pass');
  });

  it('counts again for a line a nanosecond later, and for one of another pod', () => {
    const { baseline } = ask([invalid(5)]);
    expect(verdict(ask([invalid(6)], baseline))).toBe('SignatureInvalid');
    expect(verdict(ask([invalid(5), invalid(5, { pod: 'core-daemon-1' })], baseline))).toBe('SignatureInvalid');
  });

  it('keeps what was counted of up to five pods in 128 bytes', () => {
    const pods = Array.from({ length: 9 }, (_, i) => invalid(i, { pod: `auth-vault-6d4cf56db6-abcd${i}` }));
    const { baseline } = ask(pods);
    expect(Buffer.byteLength(baseline ?? '')).toBeLessThanOrEqual(128);
    expect(verdict(ask(pods.slice(-5), baseline))).toBe('pass');
  });

  it('is asked of the service that auth-vault was merged into, and of no other', () => {
    expect(alertSignature.applies?.(target())).toBe(true);
    expect(alertSignature.applies?.(target({ logs: { ...target().logs!, writers: ['core-daemon'] } }))).toBe(false);
  });
});

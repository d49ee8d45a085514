// A snapshot is believed only as it was saved: each way of being another file gets its sentence.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { openSnapshot, sealSnapshot, snapshotOf, snapshotReport, type Snapshot } from '../../../src/gate/snapshot.ts';
import { answer, badStatus, goodStatus } from '../output/told.ts';
import { START } from '../judge/fixtures.ts';

const PLACE = { namespace: 'recognize', name: 'prod', uid: 'u-1' };
const kept = snapshotReport(PLACE, badStatus, answer(badStatus), START);
if (kept === undefined) throw new Error('The fixture was not judged.');
const snapshot = snapshotOf([kept], '1.0.0', START);
const text = sealSnapshot(snapshot);
const changed = (change: (file: Record<string, unknown>) => void): string => {
  const file = JSON.parse(text) as Record<string, unknown>;
  change(file);
  return JSON.stringify(file);
};
const why = (content: string): string => {
  const opened = openSnapshot(content, 'before.json', '1.0.0');
  return opened.ok ? 'opened' : opened.why;
};

describe('a snapshot', () => {
  it('comes back as it was saved, in any layout', () => {
    expect(openSnapshot(text, 'before.json', '1.0.0')).toEqual({ ok: true, snapshot });
    expect(why(JSON.stringify(JSON.parse(text)))).toBe('opened');
    const sorted = JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
    expect(why(sorted)).toBe('opened');
  });

  it('keeps every check with its result and state', () => {
    expect(kept.checks.map(({ id, result, state }) => ({ id, result, state }))).toEqual(
      badStatus.checks?.map(({ id, result, state }) => ({ id, result, state })),
    );
    expect(kept).toMatchObject({ exitCode: 3, reason: 'Blocked' });
  });

  it('is not made of a report that was not judged', () => {
    const stale = { exitCode: 5, reason: 'Stale' } as const;
    expect(snapshotReport(PLACE, goodStatus, stale, START)).toBeUndefined();
    expect(snapshotReport(PLACE, undefined, answer(goodStatus), START)).toBeUndefined();
    expect(snapshotReport({ ...PLACE, uid: '' }, goodStatus, answer(goodStatus), START)).toBeUndefined();
  });

  it('silences nothing by a mute that has ended', () => {
    const until = new Date(START.getTime() + 60_000).toISOString();
    const muted = {
      ...badStatus,
      checks: badStatus.checks?.map((check) => ({
        ...check,
        muted: true,
        mutedAs: { result: 'fail', severity: 'high', until } as const,
      })),
    };
    const at = (ms: number): boolean[] =>
      snapshotReport(PLACE, muted, answer(badStatus), new Date(START.getTime() + ms))?.checks.map(
        (check) => check.muted === true,
      ) ?? [];
    expect(new Set(at(0))).toEqual(new Set([true]));
    expect(new Set(at(60_000))).toEqual(new Set([false]));
  });

  test.each<[string, string, RegExp]>([
    ['empty', ' \n', /^before\.json is empty; a snapshot is made by recognize-health gate NAME --save FILE\.$/],
    ['no JSON', 'apiVersion: v1', /is not JSON/],
    ['a list', '[]', /is not JSON|is no snapshot/],
    ['another document', '{"kind":"HealthReport"}', /is no snapshot of HealthReports/],
    ['cut off', text.slice(0, -40), /is cut off: its end is missing/],
    [
      'of another version',
      changed((file) => (file['tool'] = '0.9.0')),
      /saved by recognize-health 0\.9\.0, and this is 1\.0\.0/,
    ],
    ['of no version', changed((file) => delete file['tool']), /saved by recognize-health without a version/],
    ['of another schema', changed((file) => (file['schema'] = '1')), /schema version 1 .* knows 2/],
    ['without a checksum', changed((file) => delete file['checksum']), /checksum is not that of its content/],
    ['with a field more', changed((file) => (file['note'] = 'x')), /was edited, or is damaged: the document/],
    [
      'with another answer',
      changed((file) =>
        Object.assign((file['reports'] as { checks: object[] }[])[0]?.checks[0] ?? {}, {
          result: 'skip',
          state: 'skip',
        }),
      ),
      /checksum is not that of its content/,
    ],
    [
      'with a check less',
      changed((file) => (file['reports'] as { checks: object[] }[])[0]?.checks.pop()),
      /checksum is not that of its content/,
    ],
    ['with another time', changed((file) => (file['savedAt'] = '2026-01-01T00:00:00Z')), /checksum is not that/],
    [
      'of one report twice',
      sealSnapshot({ ...snapshot, reports: [kept, kept] }),
      /names the report recognize\/prod twice/,
    ],
  ])('that is %s is refused in a sentence', (_what, content, sentence) => {
    expect(why(content)).toMatch(sentence);
  });

  it('is refused after any change of one character', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 2), fc.constantFrom('0', 'x', '"', '}', ' '), (at, character) => {
        const edited = text.slice(0, at) + character + text.slice(at + 1);
        const opened = openSnapshot(edited, 'before.json', '1.0.0');
        // White space between values may change; values may not.
        if (opened.ok) expect(opened.snapshot).toEqual(snapshot);
      }),
    );
  });

  it('is refused, never a crash, whatever the file holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ ...snapshot, reports: value })),
        ),
        (content) => {
          expect(why(content)).toMatch(/^before\.json /);
        },
      ),
    );
    expect(why('['.repeat(200_000))).toMatch(/is not JSON/);
    expect(why(`{"a":${'['.repeat(100_000)}`)).toMatch(/cut off|not JSON/);
  });

  it('does not show what a foreign file holds', () => {
    const secret = 'postgres://user:hunter2secret@db/x';
    expect(why(changed((file) => (file['tool'] = secret)))).not.toContain('hunter2secret');
  });

  it('stays below its limit for a fleet of reports at the limit of the schema', () => {
    const many: Snapshot = {
      ...snapshot,
      reports: Array.from({ length: 200 }, (_, index) => ({
        ...kept,
        name: `report-${index}`,
        checks: Array.from({ length: 100 }, (_unused, n) => ({
          ...(kept.checks[0] ?? { id: '', result: 'pass', state: 'pass' }),
          id: `database/d-${n}/connect`,
        })),
      })),
    };
    expect(Buffer.byteLength(sealSnapshot(many))).toBeLessThan(16 * 1024 * 1024);
  });
});

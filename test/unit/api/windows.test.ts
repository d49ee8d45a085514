// Maintenance windows: when one is open, in summer and winter, and what makes none.
import { describe, expect, it } from 'vitest';
import type { MuteSpec } from '../../../src/api/health-report.ts';
import { healthReportSpec } from '../../../src/api/health-report.ts';
import { windowsOf } from '../../../src/api/windows.ts';
import { windowSentences } from '../../../src/output/windows.ts';

const WINDOW = {
  schedule: '30 2 * * *',
  timeZone: 'Europe/Berlin',
  duration: '1h',
  reason: 'patch night',
  by: 'database team',
} satisfies MuteSpec;

const at = (time: string): Date => new Date(time);
const span = (window: { start: Date; end: Date } | undefined): string | undefined =>
  window && `${window.start.toISOString().slice(0, 16)} ${window.end.toISOString().slice(0, 16)}`;
const seen = (time: string, mute: Partial<MuteSpec> = {}): (string | undefined)[] => {
  const windows = windowsOf({ ...WINDOW, ...mute }, at(time));
  return windows?.ok === true ? [span(windows.open), span(windows.next)] : [windows?.why];
};

describe('a window', () => {
  it.each([
    ['before it', '2026-06-10T00:29:59Z', [undefined, '2026-06-10T00:30 2026-06-10T01:30']],
    ['as it opens', '2026-06-10T00:30:00Z', ['2026-06-10T00:30 2026-06-10T01:30', '2026-06-11T00:30 2026-06-11T01:30']],
    ['in it', '2026-06-10T01:29:59.999Z', ['2026-06-10T00:30 2026-06-10T01:30', '2026-06-11T00:30 2026-06-11T01:30']],
    ['as it closes', '2026-06-10T01:30:00Z', [undefined, '2026-06-11T00:30 2026-06-11T01:30']],
    ['in winter', '2026-01-10T01:30:00Z', ['2026-01-10T01:30 2026-01-10T02:30', '2026-01-11T01:30 2026-01-11T02:30']],
    // 02:00 becomes 03:00 at 01:00 UTC: there is no 02:30, and the window opens behind the gap.
    [
      'in the night without a 02:30',
      '2026-03-29T01:10:00Z',
      ['2026-03-29T01:00 2026-03-29T02:00', '2026-03-30T00:30 2026-03-30T01:30'],
    ],
    ['in the minutes before that gap', '2026-03-29T00:59:59Z', [undefined, '2026-03-29T01:00 2026-03-29T02:00']],
    // 03:00 becomes 02:00 at 01:00 UTC: 02:30 comes at 00:30 and 01:30, and the window opens once.
    [
      'at the first 02:30',
      '2026-10-25T00:40:00Z',
      ['2026-10-25T00:30 2026-10-25T01:30', '2026-10-26T01:30 2026-10-26T02:30'],
    ],
    ['at the second 02:30', '2026-10-25T01:40:00Z', [undefined, '2026-10-26T01:30 2026-10-26T02:30']],
  ])('%s', (_, time, windows) => {
    expect(seen(time)).toEqual(windows);
  });

  it('of two hours lasts two hours, whatever clocks do meanwhile', () => {
    expect(seen('2026-10-25T01:00:00Z', { duration: '2h' })[0]).toBe('2026-10-25T00:30 2026-10-25T02:30');
    expect(seen('2026-03-29T01:30:00Z', { schedule: '30 1 * * *', duration: '2h' })[0]).toBe(
      '2026-03-29T00:30 2026-03-29T02:30',
    );
  });

  it.each([
    [{ schedule: '99 2 * * *' }, 'is ignored: its schedule "99 2 * * *" cannot be read: Invalid value for minute: 99'],
    [{ schedule: '30 2 31 2 *' }, 'is ignored: its schedule "30 2 31 2 *" never comes'],
    [{ schedule: '@daily' }, 'is ignored: its schedule "@daily" is no cron line of five fields'],
    [{ timeZone: 'Mars/Olympus' }, 'is ignored: its time zone "Mars/Olympus" is not in the IANA database'],
    [{ duration: 'long' }, 'is ignored: its duration "long" is none'],
    [
      { schedule: '*/30 * * * *', duration: '30m' },
      'is ignored: its windows last 30m and begin 30m after each other, with too little between them',
    ],
    [
      { schedule: '0 0 * * *', duration: '24h' },
      'is ignored: its windows last 1d and begin 1d after each other, with too little between them',
    ],
  ])('of %j is none, and says so', (mute, why) => {
    expect(seen('2026-06-10T00:40:00Z', mute)).toEqual([why]);
  });

  it('may come each hour when it is short, and each day when it is long', () => {
    expect(seen('2026-06-10T00:01:00Z', { schedule: '0 * * * *', duration: '5m' })[0]).toBe(
      '2026-06-10T00:00 2026-06-10T00:05',
    );
    expect(seen('2026-06-10T00:01:00Z', { schedule: '0 0 * * *', duration: '22h' })[0]).toBe(
      '2026-06-09T22:00 2026-06-10T20:00',
    );
  });

  it('is none of a mute with an end', () => {
    expect(
      windowsOf({ check: 'a/b', until: '2026-12-01T00:00:00Z', reason: 'x', by: 'y' }, at('2026-06-10T00:00:00Z')),
    ).toBeUndefined();
  });
});

describe('the sentences of status', () => {
  const mutes = [
    { ...WINDOW, fault: 'DatabaseUnreachable', schedule: '0 4 * * SUN' },
    WINDOW,
    { ...WINDOW, check: 'core-daemon/health', timeZone: 'Mars/Olympus' },
  ];
  it('say which is open, when it ends, and which comes next', () => {
    expect(windowSentences({ mutes }, at('2026-06-10T00:50:00Z'))).toEqual([
      'A window of everything (patch night; database team) is open until 2026-06-10T01:30:00Z, for 40m more. The next one is from 2026-06-11T00:30:00Z to 2026-06-11T01:30:00Z.',
      'The next window of DatabaseUnreachable (patch night; database team) is from 2026-06-14T02:00:00Z to 2026-06-14T03:00:00Z.',
      'The window of core-daemon/health (patch night; database team) is ignored: its time zone "Mars/Olympus" is not in the IANA database.',
    ]);
  });
  it('are none of a spec without windows, and of one that cannot be read', () => {
    expect(windowSentences(undefined, at('2026-06-10T00:50:00Z'))).toEqual([]);
    expect(windowSentences({ mutes: 'all' }, at('2026-06-10T00:50:00Z'))).toEqual([]);
  });
});

describe('the spec', () => {
  const UNTIL = { until: '2026-12-01T00:00:00Z', reason: 'x', by: 'y' };
  it.each([
    ['a window over everything', WINDOW, ''],
    ['a window over a fault', { ...WINDOW, fault: 'KmsThrottled' }, ''],
    ['a mute with an end', { ...UNTIL, check: 'a/b' }, ''],
    ['a mute of nothing', UNTIL, 'give exactly one of check and fault; a schedule may have neither'],
    [
      'a window over both',
      { ...WINDOW, check: 'a/b', fault: 'KmsThrottled' },
      'give exactly one of check and fault; a schedule may have neither',
    ],
    ['one with both ends', { ...WINDOW, until: UNTIL.until }, 'give exactly one of until and schedule'],
    ['one without a time zone', { ...WINDOW, timeZone: undefined }, 'schedule, timeZone and duration go together'],
    [
      'six fields',
      { ...WINDOW, schedule: '0 30 2 * * *' },
      'schedule is a cron line of five fields: minute, hour, day of month, month, day of week',
    ],
    [
      'a nickname',
      { ...WINDOW, schedule: '@daily' },
      'schedule is a cron line of five fields: minute, hour, day of month, month, day of week',
    ],
    ['two days', { ...WINDOW, duration: '48h' }, 'must be between 1m and 24h'],
  ])('takes or refuses %s', (_, mute, message) => {
    const parsed = healthReportSpec.safeParse({ mutes: [mute] });
    expect(parsed.error?.issues.map((issue) => issue.message) ?? []).toEqual(message === '' ? [] : [message]);
  });
});

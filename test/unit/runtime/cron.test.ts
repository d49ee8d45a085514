// Times of a cron line are kept until the next one comes: whoever asks gets what computing them anew would give.
import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../../src/runtime/cron.ts';

const ZONE = 'Europe/Berlin';
const COUNT = 3;
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Before, at and after times of the lines, forwards; then the clock is set back. */
const START = Date.parse('2026-03-29T00:00:00Z');
const STEPS = [0, SECOND, 29 * MINUTE, HOUR, HOUR + 1, HOUR + SECOND, 2 * HOUR, 25 * HOUR, 200 * HOUR, 9_000 * HOUR];
const MOMENTS = [...STEPS, ...STEPS.toReversed()].map((ms) => new Date(START + ms));

describe('times that are kept', () => {
  it.each(['30 2 * * *', '0 3 * * SUN', '*/5 * * * *', '0 0 29 2 *', '0 0 31 2 *'])('of %s', (line) => {
    const given = MOMENTS.map((now) => cronTimes(line, ZONE, now, COUNT));
    // Nobody asked for so many before: these are computed.
    const fresh = MOMENTS.map((now, index) => {
      const times = cronTimes(line, ZONE, now, COUNT + 1 + index);
      return times.ok ? { ...times, next: times.next.slice(0, COUNT) } : times;
    });
    expect(given).toEqual(fresh);
  });

  it('say what is wrong as often as they are asked', () => {
    for (const now of MOMENTS) {
      expect(cronTimes('0 0 * * *', 'Europe/Nowhere', now, COUNT)).toMatchObject({ ok: false, what: 'timeZone' });
      expect(cronTimes('99 0 * * *', ZONE, now, COUNT)).toMatchObject({ ok: false, what: 'schedule' });
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import { checkIn, finding, minutes, report, runs } from './fixtures.ts';

const ID = 'key-management/jwt/state';

/** The states of one check over runs with these answers. `-`: pass. */
function states(answers: readonly ('-' | FaultCode)[], thresholds = { failure: 3, success: 2 }): readonly string[] {
  return runs(
    answers.map((answer) => [finding(ID, answer === '-' ? 'pass' : answer)]),
    { thresholds },
  ).map((ran) => checkIn(ran, ID).state);
}

describe('hysteresis', () => {
  it.each<[string, readonly ('-' | FaultCode)[], readonly string[]]>([
    ['the first observation counts at once', ['KmsAccessDenied'], ['fail']],
    ['one bad run is no failure', ['-', 'KmsAccessDenied', '-'], ['pass', 'pass', 'pass']],
    [
      'three bad runs in a row are',
      ['-', 'KmsAccessDenied', 'KmsAccessDenied', 'KmsAccessDenied'],
      ['pass', 'pass', 'pass', 'fail'],
    ],
    [
      'a good run between starts the count anew',
      ['-', 'KmsAccessDenied', 'KmsAccessDenied', '-', 'KmsAccessDenied', 'KmsAccessDenied'],
      ['pass', 'pass', 'pass', 'pass', 'pass', 'pass'],
    ],
    ['two good runs clear a failure', ['KmsAccessDenied', '-', '-'], ['fail', 'fail', 'pass']],
    [
      'an error neither advances nor resets a bad streak',
      ['-', 'KmsAccessDenied', 'KmsThrottled', 'KmsAccessDenied', 'KmsThrottled', 'KmsAccessDenied'],
      ['pass', 'pass', 'pass', 'pass', 'pass', 'fail'],
    ],
    [
      'a skip neither advances nor resets a good streak',
      ['KmsAccessDenied', '-', 'NotAsked', '-'],
      ['fail', 'fail', 'fail', 'pass'],
    ],
    ['a disabled key counts at once', ['-', 'KmsKeyDisabled'], ['pass', 'fail']],
    ['a key that waits for deletion counts at once', ['-', 'KmsKeyPendingDeletion'], ['pass', 'fail']],
    [
      'wrong credentials count after two runs',
      ['-', 'KmsCredentialsInvalid', 'KmsCredentialsInvalid'],
      ['pass', 'pass', 'fail'],
    ],
    ['one error leaves a good state', ['-', 'KmsThrottled'], ['pass', 'pass']],
    [
      'a good state does not outlive its evidence',
      ['-', 'KmsThrottled', 'KmsThrottled', 'KmsThrottled', '-'],
      ['pass', 'pass', 'pass', 'error', 'pass'],
    ],
    [
      'no number of errors makes or clears a failure',
      ['KmsAccessDenied', 'KmsThrottled', 'KmsThrottled', 'KmsThrottled', 'KmsThrottled'],
      ['fail', 'fail', 'fail', 'fail', 'fail'],
    ],
    [
      'errors that come with evidence that the thing itself is well clear a failure',
      ['DatabaseAuthenticationFailed', 'DatabaseMonitorRefused', 'DatabaseMonitorRefused', 'DatabaseMonitorRefused'],
      ['fail', 'fail', 'fail', 'error'],
    ],
    [
      'a question that is no longer asked ends its failure',
      ['KmsAccessDenied', 'NotAsked', 'NotAsked', 'NotAsked'],
      ['fail', 'fail', 'fail', 'skip'],
    ],
    [
      'a warning that gets worse is confirmed, too',
      ['KmsMaterialExpiring', 'KmsAccessDenied', 'KmsAccessDenied', 'KmsAccessDenied'],
      ['warn', 'warn', 'warn', 'fail'],
    ],
    [
      'a failure that gets better is as good as the worst run of the streak',
      ['KmsAccessDenied', 'KmsMaterialExpiring', '-'],
      ['fail', 'fail', 'warn'],
    ],
  ])('%s', (_, answers, expected) => {
    expect(states(answers)).toEqual(expected);
  });

  it('judges raw under thresholds of one', () => {
    expect(states(['-', 'KmsCredentialsInvalid', '-'], { failure: 1, success: 1 })).toEqual(['pass', 'fail', 'pass']);
  });

  it('lets a newly appeared check count at once', () => {
    const first = report([finding(ID, 'pass')]);
    const second = report([finding(ID, 'pass'), finding('database/x/connect', 'DatabaseMissing')], first.status);
    expect(checkIn(second, 'database/x/connect').state).toBe('fail');
  });

  it('drops a streak that is older than the report promised, and keeps the state', () => {
    const first = report([finding(ID, 'pass')]);
    const second = report([finding(ID, 'KmsAccessDenied')], first.status);
    const third = report([finding(ID, 'KmsAccessDenied')], second.status, { now: minutes(11) });
    expect([checkIn(third, ID).state, checkIn(third, ID).streak]).toEqual(['pass', 1]);
  });

  it('keeps the fault of a failing state while good runs wait for confirmation', () => {
    const [, second] = runs([[finding(ID, 'KmsAccessDenied')], [finding(ID, 'pass')]]);
    expect(checkIn(second, ID)).toMatchObject({ result: 'pass', state: 'fail', fault: 'KmsAccessDenied', streak: 1 });
  });

  it('says since when the state holds, not the result', () => {
    const bad = [finding(ID, 'KmsAccessDenied')];
    const series = runs([[finding(ID, 'pass')], bad, bad, bad, bad]);
    expect(series.map((ran) => checkIn(ran, ID).since.slice(14, 16))).toEqual(['00', '00', '00', '03', '03']);
  });
});

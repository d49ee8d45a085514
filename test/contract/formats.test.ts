// Every format of `-o` says what was found: one that renders nothing, or leaves the finding out, fails here.
import { describe, expect, test } from 'vitest';
import { CHECK_FORMATS, type Checked } from '../../src/output/check.ts';
import { plain } from '../../src/output/columns.ts';
import { DIFF_FORMATS, type Diffed } from '../../src/output/diff.ts';
import { compareReports, exitOf } from '../../src/gate/compare.ts';
import { snapshotReport } from '../../src/gate/snapshot.ts';
import { DIAGNOSE_FORMATS } from '../../src/output/diagnose.ts';
import { EXPLAIN_FORMATS } from '../../src/output/explain.ts';
import type { Formats } from '../../src/output/format.ts';
import { GATE_FORMATS, type Gated } from '../../src/output/gate.ts';
import { reportObject } from '../../src/output/object.ts';
import { STATUS_FORMATS, type Stored } from '../../src/output/status.ts';
import { WAY_BACK_FORMATS } from '../../src/output/way-back.ts';
import type { WayBackAnswer } from '../../src/gate/way-back.ts';
import { safe } from '../../src/runtime/safe-text.ts';
import { explain } from '../../src/guide/explain.ts';
import { createLogScan } from '../../src/logs/scan.ts';
import { command } from '../integration/gate/command.ts';
import { answer, badStatus, goodStatus, nothing, told } from '../unit/output/told.ts';
import { START } from '../unit/judge/fixtures.ts';

const NAMED = told(badStatus);
const object = reportObject({ namespace: 'recognize', name: 'prod' }, {}, badStatus);
const CHECKED: Checked = { reports: [{ object, told: { ...NAMED, status: badStatus } }], all: false };
const GATED: Gated = { reports: [NAMED], exitCode: NAMED.gate.exitCode };
const STORED: Stored = {
  reports: [{ ...NAMED, status: badStatus, object, stale: false, freshness: 'Last run started 1s ago.', told: NAMED }],
  whole: true,
  all: false,
};

const side = (status: typeof badStatus, lastRunTime: string): ReturnType<typeof snapshotReport> =>
  snapshotReport(
    { namespace: 'recognize', name: 'prod', uid: 'u-1' },
    { ...status, lastRunTime },
    answer(status),
    START,
  );
const [well, broken] = [side(goodStatus, '2026-11-28T14:00:00Z'), side(badStatus, '2026-11-28T14:20:00Z')];
const compared = well === undefined || broken === undefined ? [] : [compareReports(well, broken)];
const DIFFED: Diffed = { comparisons: compared, exitCode: exitOf(compared) };

const WAY_BACK: WayBackAnswer = {
  namespace: 'recognize',
  name: 'prod',
  exitCode: 3,
  reason: 'NotReversible',
  message: safe`Not reversible by helm rollback alone: Secret db is gone.`,
  obstacles: [safe`Secret db is gone.`],
  unknown: [safe`the public key of jwt could not be read.`],
  same: [],
};

const scan = createLogScan({});
scan.push(Buffer.from('2026-11-20T10:00:00.000Z ERROR 1 --- [main] c.p.A : Failed JWT token sign\n'));
const EVIDENCE = scan.end();

/** Formats over one thing to say, as texts. */
const rendered = <T>(formats: Formats<T>, said: T): readonly (readonly [string, string])[] =>
  Object.entries(formats).map(([format, render]) => [format, render(said, plain)]);

const blocker = 'database/node-persistence/connect';

describe('a format', () => {
  test.each([
    ...rendered(CHECK_FORMATS, CHECKED).map(([format, text]) => ['check', format, text] as const),
    ...rendered(GATE_FORMATS, GATED).map(([format, text]) => ['gate', format, text] as const),
    ...rendered(STATUS_FORMATS, STORED).map(([format, text]) => ['status', format, text] as const),
  ])('of %s, %s, names the report, what fails and the entry of the guide', (_verb, _format, text) => {
    expect(text).toContain('prod');
    expect(text).toContain(blocker);
    expect(text).toContain(badStatus.checks?.find(({ id }) => id === blocker)?.citations?.[0]?.id);
  });

  test.each(rendered(GATE_FORMATS, { reports: [nothing], exitCode: 2, problem: 'there is no HealthReport' }))(
    'of gate, %s, is no empty success when there is no report',
    (format, text) => {
      // For a person the sentence on stderr is all there is to say.
      if (format === 'table') expect(text).toBe('');
      else expect(text).toMatch(/NotFound|there is no HealthReport/);
    },
  );

  test.each(rendered(DIFF_FORMATS, DIFFED))('of diff, %s, names the report and what is worse', (_format, text) => {
    expect(DIFFED.exitCode).toBe(3);
    expect(text).toContain('prod');
    expect(text).toContain(blocker);
    expect(text).toContain('DatabaseMissing');
  });

  test.each(rendered(DIFF_FORMATS, { comparisons: [], exitCode: 2, problem: 'before.json is cut off' }))(
    'of diff, %s, is no empty success where nothing was compared',
    (format, text) => {
      if (format === 'table') expect(text).toBe('');
      else expect(text).toContain('before.json is cut off');
    },
  );

  test.each(rendered(WAY_BACK_FORMATS, { answers: [WAY_BACK], exitCode: 3 }))(
    'of gate --way-back, %s, names the report, what a rollback does not undo and what nobody knows',
    (_format, text) => {
      for (const part of ['prod', 'NotReversible', 'Secret db is gone', 'the public key of jwt'])
        expect(text).toContain(part);
    },
  );

  test.each(rendered(WAY_BACK_FORMATS, { answers: [], exitCode: 2, problem: 'before.json is cut off' }))(
    'of gate --way-back, %s, is no empty success where nothing was judged',
    (format, text) => {
      if (format === 'table') expect(text).toBe('');
      else expect(text).toContain('before.json is cut off');
    },
  );

  test.each(rendered(DIAGNOSE_FORMATS, EVIDENCE))('of diagnose, %s, names the entry of the guide', (_format, text) => {
    expect(EVIDENCE.findings).not.toEqual([]);
    expect(text).toContain(EVIDENCE.findings[0]?.id);
  });

  test.each(rendered(EXPLAIN_FORMATS, explain('REC-AV-003', {})))(
    'of explain, %s, names the entry',
    (_format, text) => {
      expect(text).toContain('REC-AV-003');
    },
  );

  test.each([
    ['check', ['check', '-f', 'report.yaml']],
    ['gate', ['gate', 'prod']],
    ['diff', ['diff', 'before.json']],
    ['status', ['status']],
    ['explain', ['explain', 'REC-AV-003']],
    ['diagnose', ['diagnose', 'core-daemon.log']],
    ['doctor', ['doctor']],
    ['crd', ['crd']],
    ['egress', ['egress', 'prod']],
  ])('that is none is refused by %s, with those that there are', async (_verb, argv) => {
    const { code, out, err } = await command(...argv, '-o', 'xml');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/'xml' is invalid\. Allowed choices are .*\bjson\b/);
  });
});

// What every verb prints for people, and its help, in terminals of 40, 80 and 200 columns: nothing runs over the edge but a
// command or one long word, and no word is broken.
import { describe, expect, it } from 'vitest';
import { withinWidth } from '../../../src/cli/help-width.ts';
import { loadVerbs, run } from '../../../src/cli/program.ts';
import { finding } from '../../../src/doctor/finding.ts';
import { compareReports, exitOf } from '../../../src/gate/compare.ts';
import { snapshotReport } from '../../../src/gate/snapshot.ts';
import { explain, everyEntry } from '../../../src/guide/explain.ts';
import { createLogScan } from '../../../src/logs/scan.ts';
import { CHECK_FORMATS } from '../../../src/output/check.ts';
import { plain } from '../../../src/output/columns.ts';
import { DIAGNOSE_FORMATS } from '../../../src/output/diagnose.ts';
import { DIFF_FORMATS } from '../../../src/output/diff.ts';
import { DOCTOR_FORMATS } from '../../../src/output/doctor.ts';
import { EXPLAIN_FORMATS, renderIndex } from '../../../src/output/explain.ts';
import { GATE_FORMATS } from '../../../src/output/gate.ts';
import { HISTORY_FORMATS } from '../../../src/output/history.ts';
import { reportObject } from '../../../src/output/object.ts';
import { STATUS_FORMATS } from '../../../src/output/status.ts';
import { WAY_BACK_FORMATS } from '../../../src/output/way-back.ts';
import { literal, redact, safe } from '../../../src/runtime/safe-text.ts';
import { report, run as runOf, START } from '../judge/fixtures.ts';
import { answer, BAD, badStatus, goodStatus, told } from './told.ts';
import { Command } from 'commander';

const later = new Date(START.getTime() + 120_000);
const { status: second } = report(runOf(BAD), badStatus, { now: later, thresholds: { failure: 1, success: 1 } });
const object = reportObject({ namespace: 'recognize', name: 'prod' }, {}, second);
const bad = told(second);
const stored = {
  ...bad,
  status: second,
  object,
  stale: true,
  freshness: 'The last run started 3h ago, and no later one followed: is the operator running?',
  told: bad,
};
const sides = [goodStatus, second].map((status, index) =>
  snapshotReport(
    { namespace: 'recognize', name: 'prod', uid: 'u-1' },
    { ...status, lastRunTime: `2026-11-28T14:0${index}:00Z` },
    answer(status),
    START,
  ),
);
const [before, after] = sides;
const comparisons = before === undefined || after === undefined ? [] : [compareReports(before, after)];
const doctored = finding(
  'rights',
  'fail',
  literal('system:serviceaccount:a:b lacks 2 of the 40 rights that it uses.'),
  {
    details: [
      redact('get secrets in namespace recognize: Read the Secrets that a report names, in its own namespace.'),
    ],
    remedy: literal('Grant them: the manifests hold a Role that has them all, and the chart makes the same.'),
    commands: [literal('kubectl apply --server-side -f manifests/rbac/operator.yaml')],
  },
);
const scan = createLogScan({});
scan.push(
  Buffer.from(
    '2026-11-20T10:00:00.000Z ERROR 1 --- [main] c.p.A : Failed JWT token sign, because the key management said no\n',
  ),
);
const evidence = scan.end();
const wayBack = {
  namespace: 'recognize',
  name: 'prod',
  exitCode: 3,
  reason: 'NotReversible',
  message: safe`Not reversible by helm rollback alone: Secret database-node-persistence is gone.`,
  obstacles: [safe`Secret database-node-persistence is gone, and the old release reads it in its pod template.`],
  unknown: [safe`the public key of key-management/jwt-signing could not be read.`],
  same: [safe`ConfigMap auth-vault`],
} as const;

type Screen = (width: number) => string;

/** What each verb prints for people. */
const SCREENS: Readonly<Record<string, readonly Screen[]>> = {
  status: [
    (width) => STATUS_FORMATS.table({ reports: [stored], whole: true, all: true, verbose: true }, plain, width),
    (width) => STATUS_FORMATS.table({ reports: [stored], whole: false, all: false }, plain, width),
    (width) => HISTORY_FORMATS.table([{ namespace: 'recognize', name: 'prod', status: second }], plain, width),
  ],
  check: [
    (width) =>
      CHECK_FORMATS.table({ reports: [{ object, told: { ...bad, status: second } }], all: true }, plain, width),
  ],
  gate: [
    (width) => GATE_FORMATS.table({ reports: [bad], exitCode: bad.gate.exitCode, verbose: true }, plain, width),
    (width) => WAY_BACK_FORMATS.table({ answers: [wayBack], exitCode: 3 }, plain, width),
  ],
  diff: [(width) => DIFF_FORMATS.table({ comparisons, exitCode: exitOf(comparisons) }, plain, width)],
  doctor: [(width) => DOCTOR_FORMATS.table({ findings: [doctored], exitCode: 3 }, plain, width)],
  diagnose: [(width) => DIAGNOSE_FORMATS.text(evidence, plain, width)],
  explain: [
    (width) => renderIndex(everyEntry(), width),
    (width) => EXPLAIN_FORMATS.text([...explain('REC-AV-003'), ...explain('HikariPool-1')], plain, width),
  ],
};

/** They print a document, a script, an address or a log, which no terminal may change; or a line that says what was done. */
const NO_SCREEN = ['init', 'egress', 'crd', 'completion', 'dashboard', 'operator'];
const ONE_LINE = ['run', 'mute', 'unmute', 'suspend', 'resume'];

const program = new Command();
const terminal = { out: () => undefined, err: () => undefined, paint: plain, signal: new AbortController().signal };
await loadVerbs(program, terminal);
const VERBS = program.commands.map((command) => command.name());

async function printed(argv: readonly string[], width: number): Promise<string> {
  const out: string[] = [];
  const code = await run(argv, {
    ...terminal,
    signal: new AbortController().signal,
    out: (text) => void out.push(text),
    width,
  });
  expect(code).toBe(0);
  return out.join('\n');
}

const COMMAND = /^\s*(?:kubectl|aws|recognize-health|helm|psql|pg_isready|source|curl|openssl|date|\{)/;

/** Lines that a terminal would break in the middle of a word, though each of their words has room in a line of its own. */
function tooWide(text: string, width: number): readonly string[] {
  return text.split('\n').filter((line) => {
    const words = line.trim().split(/\s+/);
    const hasRoom = words.length > 1 && words.every((word) => word.length <= width);
    return line.length > width && hasRoom && !COMMAND.test(line);
  });
}

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).map((word) => word.toLowerCase()));

describe.each([40, 80, 200])('in %i columns', (width) => {
  it.each(
    Object.entries(SCREENS).flatMap(([verb, screens]) =>
      screens.map((screen, index) => [verb, index, screen] as const),
    ),
  )('what %s prints (%i) stays within, and no word is broken', (_verb, _index, screen) => {
    expect(tooWide(screen(width), width)).toEqual([]);
    // Labels stand alone or with a colon; every other word is there as it is where there is room for all.
    const whole = wordsOf(screen(10_000));
    const odd = [...wordsOf(screen(width))].filter((word) => !whole.has(word) && !whole.has(word.replace(/:$/, '')));
    expect(odd).toEqual([]);
  });

  it.each(['', ...VERBS])('the help of %s stays within, and no word is broken', async (verb) => {
    const argv = verb === '' ? ['--help'] : [verb, '--help'];
    const text = await printed(argv, width);
    expect(tooWide(text, width)).toEqual([]);
    const whole = wordsOf(await printed(argv, 10_000));
    expect([...wordsOf(text)].filter((word) => !whole.has(word))).toEqual([]);
  });

  it('what version prints stays within', async () => {
    expect(tooWide(await printed(['version'], width), width)).toEqual([]);
  });
});

it('leaves no verb out', () => {
  expect([...Object.keys(SCREENS), ...NO_SCREEN, ...ONE_LINE, 'version'].sort()).toEqual([...VERBS].sort());
});

describe('a help text', () => {
  it('is left alone where it fits', () => {
    const text = 'One line.\nAnother one.\n\nExamples:\n  recognize-health gate prod      asks';
    expect(withinWidth(text, 80)).toBe(text);
  });

  it('is filled anew by paragraphs, and a remark goes below its command', () => {
    expect(withinWidth('a b c d\ne f\n\nExamples:\n  kubectl get x -n recognize   why not', 6)).toBe(
      'a b c\nd e f\n\nExamples:\n  kubectl get x -n recognize\n      why\n      not',
    );
  });
});

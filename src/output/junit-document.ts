// JUnit XML: suites of cases. Times are seconds. The dialect is the one that Jenkins, GitLab and GitHub's reporters read:
// failure, error and skipped are the children with meaning.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';

export interface Case {
  readonly id: string;
  readonly group: string;
  readonly verdict: 'pass' | 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

export interface Suite {
  readonly name: string;
  /** What stands before the group of each case: `recognize.prod` */
  readonly classname: string;
  readonly durationMs: number;
  /** Start of the run, RFC 3339. */
  readonly runAt?: string | undefined;
  readonly cases: readonly Case[];
}

/** A whole document, without a line feed at its end. */
export function junitDocument(suites: readonly Suite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  const seconds = secondsOf(Math.max(0, ...suites.map(({ durationMs }) => durationMs)));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="recognize-health" ${totals(all)} time="${seconds}">`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
  ].join('\n');
}

/** What an exit code is to a case that stands for the whole. */
export function verdictOf(exitCode: ExitCode): Case['verdict'] {
  if (exitCode === EXIT.pass) return 'pass';
  return exitCode === EXIT.fail || exitCode === EXIT.warn ? 'failure' : 'error';
}

/** Stands for a document of which nothing came: one that says no is never an empty, good one. */
export function problemSuite(name: string, exitCode: ExitCode, message: string): Suite {
  const only: Case = { id: name, group: 'file', verdict: verdictOf(exitCode), type: 'NotPossible', message, text: '' };
  return { name, classname: 'recognize-health', durationMs: 0, cases: [only] };
}

function suiteLines({ name, classname, durationMs, runAt, cases }: Suite): string[] {
  const timestamp = runAt?.replace(/(?:Z|[+-]\d\d:\d\d)$/, '');
  const at = timestamp === undefined ? '' : ` timestamp="${escape(timestamp)}"`;
  return [
    `  <testsuite name="${escape(name)}" ${totals(cases)} skipped="${count(cases, 'skipped')}" time="${secondsOf(durationMs)}"${at}>`,
    ...cases.flatMap(({ id, group, verdict, type, message, text }) => {
      const head = `    <testcase classname="${escape(`${classname}.${group}`)}" name="${escape(id)}" time="0"`;
      if (verdict === 'pass') {
        return text === ''
          ? [`${head}/>`]
          : [`${head}>`, `      <system-out>${escape(text)}</system-out>`, '    </testcase>'];
      }
      const child =
        verdict === 'skipped'
          ? `      <skipped message="${escape(message)}"/>`
          : `      <${verdict} type="${escape(type)}" message="${escape(message)}">${escape(text)}</${verdict}>`;
      return [`${head}>`, child, '    </testcase>'];
    }),
    '  </testsuite>',
  ];
}

function totals(cases: readonly Case[]): string {
  return `tests="${cases.length}" failures="${count(cases, 'failure')}" errors="${count(cases, 'error')}"`;
}

function count(cases: readonly Case[], verdict: Case['verdict']): number {
  return cases.filter((one) => one.verdict === verdict).length;
}

function secondsOf(ms: number): string {
  return (Math.max(0, ms) / 1_000).toFixed(3);
}

/** XML 1.0 text or attribute: its five special characters as entities, what XML cannot hold at all replaced. */
function escape(text: string): string {
  return (
    text
      .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;')
      // What a CI system obeys in a log, if the document is printed into one.
      .replace(/#(?=#)/g, '&#35;')
      .replace(/:(?=:[A-Za-z])/g, '&#58;')
  );
}

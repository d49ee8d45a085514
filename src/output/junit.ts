// JUnit XML: a suite for each report, a case for each check and one for the gate itself. Times are seconds. The dialect
// is the one that Jenkins, GitLab and GitHub's reporters read: failure, error and skipped are the children with meaning.
import { EXIT } from '../api/exit-codes.ts';
import type { GateAnswer } from '../gate/decision.ts';
import { viewOf, type CheckView, type Told } from './view.ts';

interface Case {
  readonly id: string;
  readonly group: string;
  readonly verdict: 'pass' | 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

/** A whole document, without a line feed at its end. */
export function renderJunit(reports: readonly Told[]): string {
  const suites = reports.map((report) => ({ report, cases: casesOf(report) }));
  const all = suites.flatMap(({ cases }) => cases);
  const seconds = secondsOf(Math.max(0, ...reports.map(({ durationMs }) => durationMs)));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="recognize-health" ${totals(all)} time="${seconds}">`,
    ...suites.flatMap(({ report, cases }) => suite(report, cases)),
    '</testsuites>',
  ].join('\n');
}

function suite(report: Told, cases: readonly Case[]): string[] {
  const { namespace, name, status, durationMs } = report;
  const timestamp = status?.lastRunTime?.replace(/(?:Z|[+-]\d\d:\d\d)$/, '');
  const at = timestamp === undefined ? '' : ` timestamp="${escape(timestamp)}"`;
  return [
    `  <testsuite name="${escape(viewOf(report).title)}" ${totals(cases)} skipped="${count(cases, 'skipped')}" time="${secondsOf(durationMs)}"${at}>`,
    ...cases.flatMap(({ id, group, verdict, type, message, text }) => {
      const head = `    <testcase classname="${escape(`${namespace}.${name}.${group}`)}" name="${escape(id)}" time="0"`;
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

function casesOf(report: Told): Case[] {
  return [gateCase(report.gate), ...viewOf(report).checks.map((check) => caseOf(check, report.failOn))];
}

/** The gate itself: without it a report that is stale, unknown or absent would look like an empty, good suite. */
function gateCase(gate: GateAnswer): Case {
  const { exitCode, reason, message, override } = gate;
  const verdict =
    exitCode === EXIT.pass ? 'pass' : exitCode === EXIT.fail || exitCode === EXIT.warn ? 'failure' : 'error';
  const note = override === undefined ? '' : `overridden (exit code ${override.replaced}): ${override.reason}`;
  return { id: 'gate', group: 'gate', verdict, type: reason, message, text: note };
}

function caseOf(check: CheckView, failOn: 'fail' | 'warn'): Case {
  const { id, component, result, fault, message, silence, remedy, entry } = check;
  const advice = [
    ...(remedy === undefined ? [] : [`Do: ${remedy.say}`, ...remedy.policies, ...remedy.commands]),
    ...(entry === undefined
      ? []
      : [`Cause: ${entry.cause}`, `Next: ${entry.nextSteps}`, `Guide: ${entry.id} ${entry.url}`]),
  ].join('\n');
  const base = {
    id,
    group: component,
    type: fault === '' ? result : fault,
    message: message === '' ? result : message,
  };
  if (silence !== undefined) return { ...base, verdict: 'skipped', message: `${silence}: ${base.message}`, text: '' };
  switch (result) {
    case 'fail':
      return { ...base, verdict: 'failure', text: advice };
    case 'error':
      return { ...base, verdict: 'error', text: advice };
    case 'warn':
      return failOn === 'warn'
        ? { ...base, verdict: 'failure', text: advice }
        : { ...base, verdict: 'pass', text: `Warning: ${base.message}\n${advice}`.trim() };
    case 'skip':
      return { ...base, verdict: 'skipped', text: '' };
    case 'pass':
      return { ...base, verdict: 'pass', text: '' };
  }
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
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

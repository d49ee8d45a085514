// The JUnit XML of reports: a suite for each, a case for each check and one for the gate itself.
import type { GateAnswer } from '../gate/decision.ts';
import { junitDocument, verdictOf, type Case } from './junit-document.ts';
import { viewOf, type CheckView, type Told } from './view.ts';

/** A whole document, without a line feed at its end. */
export function renderJunit(reports: readonly Told[]): string {
  return junitDocument(
    reports.map((report) => ({
      name: viewOf(report).title,
      classname: `${report.namespace}.${report.name}`,
      durationMs: report.durationMs,
      runAt: report.status?.lastRunTime,
      cases: [gateCase(report.gate), ...viewOf(report).checks.map((check) => caseOf(check, report.failOn))],
    })),
  );
}

/** The gate itself: without it a report that is stale, unknown or absent would look like an empty, good suite. */
function gateCase(gate: GateAnswer): Case {
  const { exitCode, reason, message, override } = gate;
  const note = override === undefined ? '' : `overridden (exit code ${override.replaced}): ${override.reason}`;
  return { id: 'gate', group: 'gate', verdict: verdictOf(exitCode), type: reason, message, text: note };
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

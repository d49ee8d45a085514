// A terminal obeys what it prints. A status that is not the operator's own may hold anything.
import { describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { decideGate } from '../../../src/gate/decide.ts';
import type { GateAnswer } from '../../../src/gate/decision.ts';
import { renderGate } from '../../../src/output/gate.ts';
import { renderMarkdown } from '../../../src/output/markdown.ts';
import { allPrintable } from '../../../src/output/printable.ts';
import { renderReport } from '../../../src/output/report.ts';
import { renderSummary } from '../../../src/output/summary.ts';
import { report, run, START } from '../judge/fixtures.ts';

const ODD = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u2066x';
const COMMANDS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** A status of which every text has been tampered with. */
function tampered(status: HealthReportStatus): HealthReportStatus {
  const convert = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => convert(item, key));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, convert(child, name)]));
    const free = [
      'message',
      'evidence',
      'cause',
      'nextSteps',
      'title',
      'url',
      'rootCause',
      'healthy',
      'reason',
      'fault',
    ];
    return typeof value === 'string' && free.includes(key) ? value + ODD : value;
  };
  return convert(status, '') as HealthReportStatus;
}

const status = tampered(report(run({ 'database/node-persistence/connect': 'DatabaseMissing' })).status);
const gate: GateAnswer = {
  namespace: 'recognize',
  name: `prod${ODD}`,
  ...decideGate({
    status,
    generation: 1,
    suspended: false,
    waive: [],
    asked: undefined,
    maxAgeMs: undefined,
    now: START,
    failOn: 'fail',
    skips: [],
  }),
};
const shown = { namespace: 'recognize', name: `prod${ODD}`, status };

describe('what is printed of a status that somebody tampered with', () => {
  it.each([
    ['the report', renderReport(shown, { all: true })],
    ['the list of reports', renderSummary([shown])],
    ['the gate', renderGate([gate])],
    ['Markdown', [renderMarkdown([{ ...shown, gate, durationMs: 1, failOn: 'fail' }])]],
  ])('%s holds no command for a terminal', (_, lines) => {
    expect(lines.join('\n')).toContain('DatabaseMissing');
    expect(lines.join('\n')).not.toMatch(COMMANDS);
  });
});

describe('text of a cluster', () => {
  it('keeps the shape of a value, and everything in it that is no text', () => {
    const value = { a: ['x\u0000y', 1, true, null, undefined], b: { c: ODD } };
    expect(allPrintable(value)).toEqual({ a: ['x y', 1, true, null, undefined], b: { c: ' [2J ]0;owned 31m x' } });
  });
});

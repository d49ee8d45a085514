// The screen: the root cause first with what to do, nothing twice, and no width that breaks it.
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { citationFor } from '../../../src/guide/citation.ts';
import { renderReport } from '../../../src/output/report.ts';
import { renderSummary } from '../../../src/output/summary.ts';
import { report, run } from '../judge/fixtures.ts';

const FAULTS: Readonly<Record<string, FaultCode>> = {
  'database/node-persistence/connect': 'DatabaseReadOnly',
  'node-persistence/health': 'HealthDown',
  'database/node-persistence/version': 'NotAsked',
  'database/node-persistence/connections': 'NotAsked',
  'database/node-persistence/replication': 'NotAsked',
  'key-management/jwt/state': 'SecretMissing',
  'auth-vault/workload': 'CrashLooping',
};

const { status } = report(run(FAULTS), undefined, { cite: citationFor });
const names = { pod: 'auth-vault-7c9f6d5b8-x2x4q', container: 'auth-vault' };
const failing: HealthReportStatus = {
  ...status,
  checks: (status.checks ?? []).map((check) => (check.id === 'auth-vault/workload' ? { ...check, names } : check)),
};
const screen = (width: number, more = {}): readonly string[] =>
  renderReport({ namespace: 'recognize', name: 'prod', status: failing }, { all: false, width, ...more });

describe('the screen of a report', () => {
  it('tells the root cause, what was seen, what to do, the guide, what it explains, then the parts', () => {
    const text = screen(100).join('\n');
    const order = [
      'DatabaseReadOnly  database/',
      'Seen ',
      'Do  ',
      'Cause ',
      'REC-NP-002',
      'Explains ',
      'Services',
      'Databases',
      'History',
    ];
    expect(order.map((part) => text.indexOf(part))).toEqual(
      order.map((part) => text.indexOf(part)).toSorted((a, b) => a - b),
    );
    expect(order.filter((part) => !text.includes(part))).toEqual([]);
  });

  it('fills the names of the report into its commands', () => {
    expect(screen(100).map((line) => line.trim())).toContain(
      'kubectl -n recognize logs auth-vault-7c9f6d5b8-x2x4q -c auth-vault --previous',
    );
  });

  it.each([40, 80, 100, 200])('says nothing twice, in %d columns', (width) => {
    const text = screen(width).join(' ').replace(/\s+/g, ' ');
    for (const { message, id } of failing.checks ?? []) {
      if (message === undefined || message === 'Good.') continue;
      expect([id, text.split(message).length - 1]).toEqual([
        id,
        failing.rootCauses?.some(({ check }) => check === id) || id.startsWith('key') ? 1 : 0,
      ]);
    }
    for (const { cause, id } of failing.citations ?? [])
      expect([id, text.split(cause).length - 1 <= 1]).toEqual([id, true]);
  });

  it.each([40, 80, 200])('has no line that is longer than %d columns, but for one word or a command', (width) => {
    for (const line of [...screen(width), ...screen(width, { all: true })]) {
      if (line.length <= width) continue;
      expect(line.trim()).toMatch(/^(?:\S+|(?:kubectl|psql|aws|oc|recognize-health) .*)$/);
    }
  });

  it.each([40, 80, 200])('breaks no word in %d columns', (width) => {
    const words = screen(width).join('\n').split(/\s+/);
    for (const { message = '' } of failing.checks ?? []) {
      if (message.includes('DatabaseReadOnly')) for (const word of message.split(' ')) expect(words).toContain(word);
    }
  });

  it('tells in one line what waits for one cause, and each with verbose', () => {
    expect(screen(100)).toContain('  3 questions wait for database/node-persistence');
    expect(screen(100).join('\n')).not.toContain('database/node-persistence/replication');
    expect(screen(100, { verbose: true }).join('\n')).toContain('database/node-persistence/replication');
  });

  it('does not repeat a finding as a condition, and says what no finding says', () => {
    expect(screen(200).join('\n')).not.toContain('Upgradeable:');
    const { status: bare } = report([], undefined, {});
    const text = renderReport({ namespace: 'a', name: 'b', status: bare }, { all: false }).join('\n');
    expect(text).toContain('Upgradeable: NothingExamined.');
  });
});

describe('the list of reports', () => {
  const listed = { namespace: 'recognize', name: 'prod', status: failing, lastRun: '42s', age: '3d' };

  it('has LAST-RUN and AGE', () => {
    const [header = '', row = ''] = renderSummary([listed], undefined, 200);
    expect(header).toMatch(/^NAMESPACE +NAME +VERDICT +HEALTHY +UPGRADEABLE +LAST-RUN +AGE +ROOT-CAUSE$/);
    expect(row).toMatch(/^recognize +prod +Failing +4\/8 +False +42s +3d +DatabaseReadOnly \(node-persistence\) \+1$/);
  });

  it.each([40, 80, 100, 200])('stays within %d columns', (width) => {
    const lines = renderSummary(
      [listed, { ...listed, name: 'a-report-with-a-long-name-of-many-parts' }],
      undefined,
      width,
    );
    for (const line of lines) expect([line, line.length <= width || !line.trim().includes(' ')]).toEqual([line, true]);
    expect(lines.join('\n')).toContain('DatabaseReadOnly');
  });
});

// JUnit and Markdown hold whatever a report holds: hostile texts end no element and no cell.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import type { GateAnswer } from '../../../src/facts/gate-decision.ts';
import { decideGate } from '../../../src/judge/gate.ts';
import { gateObject, renderGate } from '../../../src/output/gate.ts';
import { renderJunit, type Told } from '../../../src/output/junit.ts';
import { renderMarkdown } from '../../../src/output/markdown.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { report, run, START } from '../judge/fixtures.ts';

const BAD = {
  'database/node-persistence/connect': 'DatabaseMissing',
  'database/circuit-storage/connections': 'DatabaseConnectionsHigh',
  'key-management/jwt/state': 'CheckerNotAuthorized',
} as const;

function answer(status: HealthReportStatus, skips: readonly string[] = []): GateAnswer {
  const input = {
    generation: 1,
    suspended: false,
    waive: [],
    asked: undefined,
    maxAgeMs: undefined,
    now: START,
  } as const;
  return { namespace: 'recognize', name: 'prod', ...decideGate({ ...input, status, failOn: 'fail', skips }) };
}

function told(status: HealthReportStatus | undefined, more: Partial<Told> = {}): Told {
  return { namespace: 'recognize', name: 'prod', status, durationMs: 1_234, failOn: 'fail', ...more };
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

/** Reads XML as strictly as our documents need: one root, matched ends, quoted attributes, known entities only. */
function parseXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  const pattern = /<\?xml [^?]*\?>|<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const match of xml.matchAll(pattern)) {
    end = match.index + match[0].length;
    const [, closing, name, attributes = '', empty, text] = match;
    const entities = `${attributes}${text ?? ''}`.replace(/&(?:amp|lt|gt|quot|apos);/g, '');
    if (entities.includes('&')) throw new Error(`a bare ampersand in ${match[0]}`);
    if (name === undefined) continue;
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`${name} ends what it did not begin`);
      continue;
    }
    const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]);
    const element: Element = { name, attributes: Object.fromEntries(pairs) as Record<string, string>, children: [] };
    open.at(-1)?.children.push(element);
    if (empty !== '/') open.push(element);
  }
  if (end !== xml.length) throw new Error(`not XML from here: ${xml.slice(end, end + 80)}`);
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one root that ends');
  const [document] = root.children;
  if (document === undefined) throw new Error('empty');
  return document;
}

/** What jenkins-junit.xsd asks of the elements that we write. */
function validateJunit(root: Element): void {
  const number = /^[0-9]+$/;
  const seconds = /^[0-9]+(?:\.[0-9]{1,3})?$/;
  expect(root.name).toBe('testsuites');
  for (const suite of root.children) {
    expect(suite.name).toBe('testsuite');
    const { name, tests, failures, errors, skipped, time } = suite.attributes;
    expect(name).toBeTruthy();
    expect(time).toMatch(seconds);
    for (const count of [tests, failures, errors, skipped]) expect(count).toMatch(number);
    const having = (child: string): number =>
      suite.children.filter(({ children }) => children.some((one) => one.name === child)).length;
    expect([tests, failures, errors, skipped].map(Number)).toEqual([
      suite.children.length,
      having('failure'),
      having('error'),
      having('skipped'),
    ]);
    for (const one of suite.children) {
      expect(one.name).toBe('testcase');
      expect(one.attributes).toMatchObject({
        name: expect.any(String) as string,
        classname: expect.any(String) as string,
      });
      expect(one.attributes['time']).toMatch(seconds);
      for (const child of one.children) expect(['failure', 'error', 'skipped', 'system-out']).toContain(child.name);
    }
  }
}

describe('JUnit', () => {
  const { status } = report(run(BAD));

  it('has one case for each check, and the gate', () => {
    const root = parseXml(renderJunit([told(status, { gate: answer(status) })]));
    validateJunit(root);
    expect(root.children[0]?.children.map(({ attributes }) => attributes['name'])).toEqual([
      'gate',
      ...(status.checks ?? []).map(({ id }) => id),
    ]);
  });

  it('counts seconds', () => {
    expect(parseXml(renderJunit([told(status)])).children[0]?.attributes['time']).toBe('1.234');
  });

  it('counts warnings as failures only where they count', () => {
    const failures = (failOn: 'fail' | 'warn'): string | undefined =>
      parseXml(renderJunit([told(status, { failOn })])).children[0]?.attributes['failures'];
    expect([failures('fail'), failures('warn')]).toEqual(['1', '2']);
  });

  it('is no good suite when there is no report to tell about', () => {
    const none = decideGate({
      status: undefined,
      generation: 1,
      suspended: false,
      waive: [],
      asked: undefined,
      maxAgeMs: 1,
      failOn: 'fail',
      skips: [],
      now: START,
    });
    const root = parseXml(renderJunit([told(undefined, { gate: { namespace: 'a', name: 'b', ...none } })]));
    validateJunit(root);
    expect(root.attributes['errors']).toBe('1');
  });

  it('shows what --skip left out as skipped', () => {
    const skips = ['database/node-persistence/connect'];
    const root = parseXml(renderJunit([told(status, { gate: answer(status, skips) })]));
    const skipped = root.children[0]?.children.find(({ attributes }) => attributes['name'] === skips[0]);
    expect(skipped?.children[0]).toMatchObject({
      name: 'skipped',
      attributes: { message: expect.stringContaining('--skip') as string },
    });
  });

  it('stays XML whatever a text holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const checks = (status.checks ?? []).map((check) => ({ ...check, message: text, fault: text }));
        const xml = renderJunit([told({ ...status, checks }, { name: text, gate: answer(status) })]);
        validateJunit(parseXml(xml));
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      }),
    );
  });
});

describe('Markdown', () => {
  const { status } = report(run(BAD));

  it('shows what is not good, with the entry and its advice', () => {
    const text = renderMarkdown([told(status, { gate: answer(status) })]);
    expect(text).toContain('### recognize/prod: BLOCKED');
    expect(text).toMatch(
      /\| fail \| database\/node-persistence\/connect \| DatabaseMissing \| .* \| OPS-DATABASEMISSING \|/,
    );
    expect(text).toContain('- Next: Look there.');
  });

  it('keeps five cells a row whatever a text holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('a|b', '\\|', 'a\r\nb\n', '`|`', '<b>|', '@all')), (text) => {
        const checks = (status.checks ?? []).map((check) => ({ ...check, message: text }));
        const rows = renderMarkdown([told({ ...status, checks })])
          .split('\n')
          .filter((line) => line.startsWith('|'));
        expect(rows).toHaveLength(2 + 3);
        for (const row of rows) expect(row.match(/\|/g)).toHaveLength(6);
        expect(rows.join('')).not.toMatch(/[<>@`]/);
      }),
    );
  });
});

describe('the gate for a person', () => {
  const { status } = report(run(BAD));

  it('tells blockers, cause, next step and entry', () => {
    const text = renderGate([answer(status)]).join('\n');
    expect(text).toMatch(
      /recognize\/prod {2}BLOCKED[^]*DatabaseMissing {2}database\/node-persistence\/connect[^]*Cause[^]*Next {3}Look there\.[^]*OPS-DATABASEMISSING/,
    );
  });

  it('says that it was overridden, and what it would have said', () => {
    const override = { reason: redact('the vendor said so'), replaced: 3 } as const;
    expect(renderGate([{ ...answer(status), exitCode: 0, override }]).join('\n')).toContain(
      'OVERRIDDEN (exit code 3): the vendor said so',
    );
  });

  it('has a stable JSON form', () => {
    expect(gateObject([answer(status)], 3)).toMatchObject({
      exitCode: 3,
      reports: [
        {
          namespace: 'recognize',
          name: 'prod',
          exitCode: 3,
          reason: 'Blocked',
          blockers: [{ check: 'database/node-persistence/connect' }],
        },
      ],
    });
  });
});

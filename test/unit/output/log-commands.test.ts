// A CI system obeys what it finds in a job's log: `##vso[…]` anywhere in a line, `::name …::` at its beginning. Reports hold
// texts of authors, servers and logs.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ENTRIES } from '../../../src/guide/index.ts';
import { plain } from '../../../src/output/columns.ts';
import { renderDiagnosis } from '../../../src/output/diagnose.ts';
import { EGRESS_FORMATS } from '../../../src/output/egress.ts';
import { jsonText, yamlText } from '../../../src/output/format.ts';
import { GATE_FORMATS } from '../../../src/output/gate.ts';
import { junitDocument } from '../../../src/output/junit-document.ts';
import { printable } from '../../../src/output/printable.ts';
import { badStatus, told } from './told.ts';

const COMMANDS = [
  '##vso[task.setvariable variable=PATH]/evil',
  'text before ##[add-mask]x',
  "##teamcity[buildStatus status='SUCCESS']",
  '###vso[task.complete result=Succeeded;]done',
  '::set-output name=answer::yes',
  'before\n::stop-commands::token',
  `${'word '.repeat(30)}::add-mask::secret ${'word '.repeat(30)}`,
  '\u00a0::error file=x::y',
] as const;

/** As GitHub's runner (both generations), Azure Pipelines and TeamCity read a line. */
const isObeyed = (line: string): boolean => /##[a-z]*\[/i.test(line) || /^\s*::[a-z-]+.*::/i.test(line);
const obeyed = (text: string): readonly string[] => text.split(/\r\n|\r|\n/).filter(isObeyed);

describe.each(COMMANDS)('%j in a report', (command) => {
  const status = structuredClone(badStatus) as { checks?: { message?: string }[] };
  for (const check of status.checks ?? []) check.message = command;
  const report = told(status as typeof badStatus);

  it.each(Object.keys(GATE_FORMATS) as (keyof typeof GATE_FORMATS)[])(
    'is no command in what gate -o %s prints',
    (format) => {
      const gated = { reports: [report], exitCode: 2 } as const;
      for (const width of [40, 60, 80, 100, 101, 102, 103, 104, 105, 120])
        expect(obeyed(GATE_FORMATS[format](gated as never, plain, width))).toEqual([]);
    },
  );

  it('is no command on a line of its own', () => {
    expect(obeyed(printable(command))).toEqual([]);
    expect(
      obeyed(
        junitDocument([
          {
            name: command,
            classname: 'x',
            durationMs: 1,
            cases: [{ id: 'a', group: 'g', verdict: 'failure', type: 't', message: command, text: command }],
          },
        ]),
      ),
    ).toEqual([]);
  });

  it('is the same text to whoever reads JSON or YAML', () => {
    const value = { [command]: command, list: [command, { spec: { reason: command } }] };
    expect(obeyed(jsonText(value))).toEqual([]);
    expect(JSON.parse(jsonText(value))).toEqual(value);
    expect(obeyed(yamlText(value))).toEqual([]);
    expect(parse(yamlText(value))).toEqual(value);
  });
});

describe('what is no command', () => {
  it.each(['std::string::npos', '::1', '::ffff:10.0.0.1', '### heading', 'issue ## 5', 'a[0]', 'fe80::1'])(
    'stays as it is: %s',
    (text) => {
      expect(printable(text)).toBe(text);
      expect(yamlText({ text })).toMatch(/^text: (.*)$/);
    },
  );
});

describe('JSON and YAML for whoever reads them on a terminal', () => {
  const ODD = '\u009b31m \u202e turned \u2066 \u007f \u0085 \u2028 x';

  it('hold no character that a terminal obeys, and say the same', () => {
    for (const text of [jsonText({ ODD: [ODD] }), yamlText({ ODD: [ODD] })])
      expect(text).not.toMatch(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
    expect(JSON.parse(jsonText({ ODD: [ODD] }))).toEqual({ ODD: [ODD] });
    expect(parse(yamlText({ ODD: [ODD] }))).toEqual({ ODD: [ODD] });
  });
});

describe('what others of our commands print', () => {
  const [command] = COMMANDS;

  it('of a log: its line is no command', () => {
    const finding = {
      id: ENTRIES[0]?.id,
      count: 1,
      firstLine: 1,
      lastLine: 1,
      excerpt: command,
      blames: [],
      captured: [],
    };
    const counters = { bytes: 1, lines: 1, matched: 1 };
    const evidence = {
      counters,
      findings: [{ ...finding, component: 'alerts', fault: 'DatabaseMissing', basis: 'Log' }],
    };
    expect(obeyed(renderDiagnosis(evidence as never).join('\n'))).toEqual([]);
  });

  it('of what a report needs to reach: its hosts are no command', () => {
    const rule = { to: { namespace: 'recognize' }, ports: [5432], why: [command] };
    const toldOf = {
      reports: ['recognize/prod'],
      rules: [rule],
      open: [command],
      operator: { namespace: 'o', name: 'o' },
    };
    expect(obeyed(EGRESS_FORMATS.yaml(toldOf))).toEqual([]);
    expect(obeyed(EGRESS_FORMATS.values(toldOf))).toEqual([]);
  });
});

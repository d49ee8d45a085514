// The gate's answer for a person, and as an object that a published schema describes.
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { gateObject } from '../../../src/gate/object.ts';
import { GATE_REASONS } from '../../../src/gate/reasons.ts';
import { plain } from '../../../src/output/columns.ts';
import { renderGate } from '../../../src/output/gate.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { closed } from '../../support/closed-schema.ts';
import { answer, badStatus, goodStatus, HOSTILE, hostileTold, nothing } from './told.ts';

describe('the gate for a person', () => {
  it('tells blockers, what to do, cause and entry', () => {
    const text = renderGate([answer(badStatus)]).join('\n');
    expect(text).toMatch(
      /recognize\/prod {2}BLOCKED[^]*DatabaseMissing {2}database\/node-persistence\/connect[^]*Seen {5}Saw[^]*Do {7}The server is well[^]*Cause[^]*OPS-DATABASEMISSING/,
    );
  });

  it('says that it was overridden, and what it would have said', () => {
    const override = { reason: redact('the vendor said so'), replaced: 3 } as const;
    expect(renderGate([{ ...answer(badStatus), exitCode: 0, override }]).join('\n')).toContain(
      'OVERRIDDEN (exit code 3): the vendor said so',
    );
  });

  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text]))(
    'obeys nothing in a text: %s',
    (_, text) => {
      const { gate } = hostileTold(text);
      for (const line of renderGate([{ ...gate, name: text }]))
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    },
  );
});

describe('the gate as an object', () => {
  const published = JSON.parse(
    readFileSync(new URL('../../../docs/reference/gate.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const isOurs: ValidateFunction = new Ajv({ allErrors: true }).compile(closed(published));
  const complaints = (value: unknown): unknown => (isOurs(value) ? [] : isOurs.errors);

  it('has a stable form', () => {
    expect(gateObject([answer(badStatus)], 3)).toMatchObject({
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

  it.each<readonly [string, object]>([
    ['a pass', gateObject([answer(goodStatus)], 0)],
    ['a block', gateObject([answer(badStatus)], 3)],
    ['a skip', gateObject([answer(badStatus, ['database/node-persistence/connect'])], 5)],
    ['no report', gateObject([nothing.gate], 2)],
    ['nothing at all', gateObject([], 2, 'there is no HealthReport')],
    ...HOSTILE.map(
      (text) => [JSON.stringify(text).slice(0, 60), gateObject([hostileTold(text).gate], 3, text)] as const,
    ),
  ])('is what the published schema says, in JSON and in YAML: %s', (_, object) => {
    const json = JSON.parse(JSON.stringify(object)) as unknown;
    expect(complaints(json)).toEqual([]);
    const yaml = parse(stringify(json, { lineWidth: 120, aliasDuplicateObjects: false })) as unknown;
    expect(yaml).toEqual(json);
  });

  it('is not whatever: the schema refuses another exit code, reason or field', () => {
    const good = gateObject([answer(badStatus)], 3);
    expect(complaints({ ...good, exitCode: 7 })).not.toEqual([]);
    expect(complaints({ ...good, more: 1 })).not.toEqual([]);
    expect(complaints({ ...good, reports: [{ ...good.reports[0], reason: 'Fine' }] })).not.toEqual([]);
    expect(complaints({ exitCode: 0 })).not.toEqual([]);
  });

  it('names every reason', () => {
    expect(JSON.stringify(published)).toContain(JSON.stringify(Object.keys(GATE_REASONS)));
  });
});

it('fits 40 columns: what is longer is a single word or a command to copy', () => {
  const answers = [answer(badStatus)];
  const long = renderGate(answers, plain, 40).filter((line) => line.length > 40 && line.trim().includes(' '));
  expect(long.filter((line) => !/^ {2}(?:kubectl|aws|psql|pg_)/.test(line))).toEqual([]);
});

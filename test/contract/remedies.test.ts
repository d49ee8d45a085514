// What every remedy promises: there is one for each fault, its commands can be filled in from what is known of the
// targets whose checks find the fault, and no name of anybody becomes a command.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_NAMES, type FaultName, type FaultNames } from '../../src/api/fault-names.ts';
import { FAULT_CODES, traits, type FaultCode } from '../../src/api/faults.ts';
import { named } from '../../src/checks/target-names.ts';
import { CHECKS } from '../../src/checks/index.ts';
import { found } from '../../src/facts/answer.ts';
import { literal } from '../../src/runtime/safe-text.ts';
import { contextOf, isFaultName } from '../../src/remedies/command.ts';
import { REMEDIES, namesFor, remedyFor } from '../../src/remedies/index.ts';
import { fillIn, namesIn } from '../../src/remedies/remedy.ts';
import { shellWords } from '../support/shell-words.ts';
import { kindOf, TARGETS } from '../unit/remedies/targets.ts';
import { cases } from '../support/cases.ts';

const report = { namespace: 'recognize', name: 'prod' };

/** What a probe or a check tells beside the target, for the faults that have more to name. */
const OWN_NAMES: Readonly<Partial<Record<FaultCode, FaultNames>>> = {
  SecretMissing: { secret: 'np-db' },
  SecretKeyMissing: { secret: 'np-db' },
  NodeNotReady: { node: 'worker-3' },
  ConfigurationMissing: { secret: 'np-db' },
  BucketAccessDenied: { action: 's3:ListBucket' },
  BucketQuestionNotPermitted: { action: 's3:GetBucketVersioning' },
  KmsAccessDenied: { action: 'kms:Sign' },
  KmsQuestionNotPermitted: { action: 'kms:DescribeKey' },
};

/** Every fault with each target that a check may find it of, and what is known then. */
const occurrences = CHECKS.flatMap((check) =>
  check.faults.flatMap((fault: FaultCode) =>
    TARGETS.filter(({ kind }) => kind === kindOf(check.about)).map((target) => {
      const names = OWN_NAMES[fault];
      const seen = { code: fault, detail: literal('seen'), ...(names === undefined ? {} : { names }) };
      const answer = named(found(seen), target);
      const known = answer.kind === 'fault' ? (answer.names ?? {}) : {};
      return { fault, target, known, check: `${target.id}/${check.question}` };
    }),
  ),
);

describe('every fault', () => {
  it('has a remedy that says what to do in one or two sentences', () => {
    for (const fault of FAULT_CODES) {
      const { say } = REMEDIES[fault];
      expect([fault, say]).toEqual([fault, expect.stringMatching(/^[A-Z].*[.]$/)]);
      expect([fault, Buffer.byteLength(say) <= 240]).toEqual([fault, true]);
    }
  });

  it('is found by a check, or is said by a log line or the judgement', () => {
    const found = new Set(occurrences.map(({ fault }) => fault));
    const others = FAULT_CODES.filter((fault) => !found.has(fault) && ['fail', 'warn'].includes(traits(fault).result));
    expect(others.filter((fault) => REMEDIES[fault].lines.length === 0)).toEqual([]);
  });
});

describe('every command of a remedy', () => {
  it('can be written for some target that has the fault', () => {
    const never = FAULT_CODES.flatMap((fault) =>
      REMEDIES[fault].lines.flatMap((line, index) => {
        const mine = occurrences.filter((one) => one.fault === fault);
        if (mine.length === 0) return [];
        const isWritten = mine.some(({ known, check }) => {
          const { commands, policies } = fillIn(
            { say: '', lines: [line] },
            { ...known, ...contextOf({ ...report, check }) },
          );
          return commands.length + policies.length > 0;
        });
        return isWritten ? [] : [`${fault} ${index}`];
      }),
    );
    expect(never).toEqual([]);
  });

  it('stays within what is stored with the fault', () => {
    for (const { fault, known, check } of occurrences) {
      const stored = namesFor(fault, known);
      const whole = fillIn(REMEDIES[fault], { ...known, ...contextOf({ ...report, check }) });
      expect(remedyFor({ ...report, check, fault, names: stored })).toEqual(whole);
    }
  });

  it('uses names of the list only', () => {
    const used = new Set(FAULT_CODES.flatMap((fault) => namesIn(REMEDIES[fault])).filter(isFaultName));
    expect([...used].filter((name) => !Object.hasOwn(FAULT_NAMES, name))).toEqual([]);
  });

  it('is one line', () => {
    for (const { fault, known, check } of occurrences) {
      const { commands = [], policies = [] } = remedyFor({ ...report, check, fault, names: known }) ?? {};
      for (const text of [...commands, ...policies]) expect(text).not.toMatch(/[\r\n]|undefined|\$\{/);
    }
  });
});

describe('a hostile name', () => {
  const WORDS = [
    '$(reboot)',
    '`reboot`',
    '; reboot',
    '| sh',
    '&& x',
    "'; reboot #",
    '"$HOME"',
    '\\',
    '*',
    '~root',
    '>f',
    '!!',
    '=ls',
    '{a,b}',
    'x\ny',
  ];
  const hostile = fc
    .array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join(''));
  const plain = Object.fromEntries(Object.keys(FAULT_NAMES).map((name) => [name, 'x'])) as Record<FaultName, string>;
  const benign = { ...plain, port: '1', kind: 'deployment', endpoint: 'https://x', action: 'kms:Sign' };

  const context = { namespace: 'x', report: 'x', service: 'auth-vault', check: 'x', target: 'x' };

  it('is one word of its command, or leaves it out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FAULT_CODES),
        fc.record(Object.fromEntries(Object.keys(FAULT_NAMES).map((name) => [name, hostile]))),
        hostile,
        (fault, names, own) => {
          const { say, lines } = REMEDIES[fault];
          const shapes = [benign, { ...benign, region: '' }, { ...benign, endpoint: '' }]
            .flatMap((known) => fillIn({ say, lines: lines.flat() }, { ...known, ...context }).commands)
            .map((command) => shellWords(command).map(({ operator }) => operator));
          for (const name of namesIn(REMEDIES[fault])) {
            const value = isFaultName(name) ? names[name] : own;
            const known = { ...benign, ...context, [name]: value };
            const { commands, policies } = fillIn(REMEDIES[fault], known);
            for (const command of commands) {
              expect(shapes).toContainEqual(shellWords(command).map(({ operator }) => operator));
            }
            for (const line of policies) {
              expect(line).toMatch(/^[A-Za-z0-9{}":,*/._[\]-]+$/);
              expect(JSON.parse(line)).toMatchObject({ Effect: 'Allow', Resource: expect.any(String) as string });
            }
          }
        },
      ),
      cases(500),
    );
  });

  it.each(['-rf', '', 'a\u001b[2Jb', 'cut off…', 'a\u202eb', '[redacted]'])('%j fills in nothing', (value) => {
    expect(
      remedyFor({ ...report, check: 'core-daemon/workload', fault: 'CrashLooping', names: { pod: value } })?.commands,
    ).toEqual([]);
  });

  it('of a database is no connection string', () => {
    const at = { host: 'db', port: '5432', role: 'r' };
    for (const database of ['host=evil', 'postgres://evil/x'])
      expect(
        remedyFor({
          ...report,
          check: 'database/a/connect',
          fault: 'DatabaseConnectDenied',
          names: { ...at, database },
        })?.commands,
      ).toEqual([]);
  });
});

// What the doctor reads out of arguments and specs, its exit code, and how it is printed in a narrow terminal.
import { describe, expect, it, test } from 'vitest';
import { doctorExit } from '../../../src/doctor/conclude.ts';
import { endpointsFinding, imageFinding, operatorFinding } from '../../../src/doctor/operator-findings.ts';
import type { Seen } from '../../../src/doctor/seen.ts';
import { faultOf } from '../../../src/kube/api-fault.ts';
import { finding, type DoctorResult } from '../../../src/doctor/finding.ts';
import { secretNames } from '../../../src/doctor/rights.ts';
import { watchedBy } from '../../../src/doctor/watched.ts';
import { plain } from '../../../src/output/columns.ts';
import { DOCTOR_FORMATS } from '../../../src/output/doctor.ts';
import { literal, redact } from '../../../src/runtime/safe-text.ts';

test.each<[readonly string[], object]>([
  [[], { namespaces: [], selector: undefined }],
  [['--namespace=a', '-n', 'b', '--namespace', 'a'], { namespaces: ['a', 'b'], selector: undefined }],
  [['--selector=team=x', '-l', 'team=y,tier'], { namespaces: [], selector: 'team=y,tier' }],
  [['--namespace'], { namespaces: [], selector: undefined }],
])('the arguments %j watch %j', (args, expected) => {
  expect(watchedBy(args)).toEqual(expected);
});

it('every reference of a spec to a Secret is found, and nothing else is taken for one', () => {
  const spec = {
    databases: [{ name: 'a', urlSecretRef: { name: 'one', key: 'url' }, tls: { caSecretRef: { name: 'two' } } }],
    keys: [{ keyPair: { secretRef: { name: 'three' } }, kms: { credentialsSecretRef: 'four' } }],
    services: [{ name: 'core-daemon' }],
    secretRef: { name: 5 },
  };
  expect(secretNames(spec)).toEqual(['one', 'two', 'three']);
});

describe('the exit code', () => {
  test.each<[readonly DoctorResult[], number]>([
    [['pass', 'warn'], 0],
    [['pass', 'unknown'], 5],
    [['unknown', 'fail'], 3],
    [[], 5],
  ])('of %j is %i', (results, expected) => {
    expect(doctorExit(results.map((result) => finding('rights', result, literal('Seen.'))))).toBe(expected);
  });
});

it('says once why the Deployments could not be read, though three questions needed them', () => {
  const refused = faultOf(403, '{"message":"deployments.apps is forbidden"}', undefined, 'list deployments');
  // The three look at nothing else where there are no Deployments to look at.
  const seen = { deployments: { ok: false, fault: refused } } as unknown as Seen;
  const said = [operatorFinding(seen), imageFinding(seen), endpointsFinding(seen)];
  expect(said.map(({ result }) => result)).toEqual(['unknown', 'unknown', 'unknown']);
  expect(said.filter(({ seen: text }) => text.includes('is forbidden'))).toHaveLength(1);
});

describe('printed', () => {
  const findings = [
    finding('api-server', 'pass', literal('It answers.')),
    finding('rights', 'fail', redact('system:serviceaccount:a:b lacks 2 of 40 rights.'), {
      details: [redact('get secrets in namespace recognize: Read the Secrets that a report names.')],
      remedy: literal('Grant them.'),
      commands: [literal('kubectl apply --server-side -f manifests/rbac/operator.yaml')],
    }),
  ];
  const table = (width?: number): readonly string[] =>
    DOCTOR_FORMATS.table({ findings, exitCode: 3 }, plain, width).split('\n');

  it('what is broken comes first, and its command stands alone', () => {
    expect(table()[0]).toMatch(/^broken +Rights: /);
    expect(table().map((text) => text.trim())).toContain('kubectl apply --server-side -f manifests/rbac/operator.yaml');
    expect(table().at(-1)).toMatch(/^ok +API server: It answers\.$/);
  });

  it('at 40 columns no word is broken and no other line is longer', () => {
    const lines = table(40).filter((text) => !text.includes('kubectl apply'));
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain('Read the Secrets that a report names.');
    expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(40);
  });

  it('nothing speaks to the terminal', () => {
    const hostile = [finding('operator', 'fail', 'a\u001b[2Jb' as ReturnType<typeof redact>)];
    for (const render of Object.values(DOCTOR_FORMATS))
      expect(render({ findings: hostile, exitCode: 3 }, plain, 100)).not.toContain('\u001b');
  });
});

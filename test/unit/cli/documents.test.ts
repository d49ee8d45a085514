// The file of `check -f`: whatever it holds, one sentence says what is wrong and where.
import { describe, expect, test } from 'vitest';
import { parseDocuments } from '../../../src/cli/documents.ts';
import { CommandError } from '../../../src/cli/exit.ts';

const REPORT = 'apiVersion: recognize.health/v1alpha1\nkind: HealthReport\nmetadata: {name: prod}\n';

function refusal(text: string): CommandError {
  try {
    parseDocuments(text, 'report.yaml');
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('a file that can be used', () => {
  test('gives reports with their defaults filled in', () => {
    const { reports } = parseDocuments(REPORT, 'report.yaml');
    expect(reports.map(({ name, spec }) => [name, spec.interval])).toEqual([['prod', '1m']]);
  });

  test('may hold several documents, Secrets among them', () => {
    const secret =
      'apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {url: "postgres://x"}\ndata: {ca: Y2E=}\n';
    const { reports, secrets } = parseDocuments(`${REPORT}---\n${secret}---\n${REPORT}`, 'report.yaml');
    expect(reports).toHaveLength(2);
    expect([...(secrets[0]?.values ?? [])].map(([key, value]) => [key, value.reveal()])).toEqual([
      ['ca', 'ca'],
      ['url', 'postgres://x'],
    ]);
  });

  test('may be the List that kubectl prints, status and all', () => {
    const list = {
      kind: 'List',
      apiVersion: 'v1',
      items: [
        {
          apiVersion: 'recognize.health/v1alpha1',
          kind: 'HealthReport',
          metadata: { name: 'a', uid: 'x', managedFields: [] },
          spec: {},
          status: { verdict: 'Healthy' },
        },
      ],
    };
    expect(parseDocuments(JSON.stringify(list), 'report.yaml').reports.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('a file that cannot be used', () => {
  test.each([
    ['empty', ' \n', 'report.yaml is empty'],
    ['binary', 'PK\u0003\u0004\u0000\u0000', 'not a text file'],
    ['not UTF-8', 'a\ufffdb', 'not a text file'],
    ['not YAML', 'a: [1,\nb: }', 'not valid YAML: line'],
    ['only a comment', '# nothing\n', 'holds no HealthReport'],
    ['a list', '- a\n- b\n', 'a list where an object'],
    ['a text', 'hello', 'a string where an object'],
    [
      'of another kind',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n',
      'a Deployment (apps/v1); only HealthReport',
    ],
    ['without a kind', 'metadata: {name: x}\n', 'an object without a kind'],
    ['without a name', 'apiVersion: recognize.health/v1alpha1\nkind: HealthReport\n', 'metadata.name'],
    ['of another version', REPORT.replace('v1alpha1', 'v9'), 'apiVersion'],
    ['with an unknown field', `${REPORT}spec: {intervall: 5m}\n`, 'interval'],
    ['with a bad duration', `${REPORT}spec: {interval: soon}\n`, 'spec.interval'],
    [
      'with a duplicate name',
      `${REPORT}spec: {buckets: [{name: a, bucket: abc}, {name: a, bucket: abd}]}\n`,
      'same name',
    ],
    ['with a duplicate key', `${REPORT}spec: {}\nspec: {}\n`, 'not valid YAML'],
    ['with a duplicate key further down', `${REPORT}spec: {buckets: [{name: a, name: b}]}\n`, 'line 4, column 28 (dup'],
    ['with a key that is a number and a text', `${REPORT}1: a\n"1": b\n`, 'line 5, column 1 (duplicate key)'],
    [
      'with aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      'aliases that multiply',
    ],
  ])('%s: says so and ends with code 2', (_what, text, sentence) => {
    const error = refusal(text);
    expect(error.message).toContain(sentence);
    expect(error.exitCode).toBe(2);
  });

  test('an inline credential is refused without being repeated', () => {
    const error = refusal(`${REPORT}spec: {databases: [{name: a, host: db, database: d, password: S3cr3t-Pa55}]}\n`);
    expect(error.message).toContain('password');
    expect(error.message).not.toContain('S3cr3t-Pa55');
  });

  test('names the document among several', () => {
    expect(refusal(`${REPORT}---\nkind: Pod\napiVersion: v1\n`).message).toContain('document 2');
  });
});

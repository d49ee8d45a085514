// The names of a service's settings, from the ConfigMaps that its pod template names.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../../src/clients/clients.ts';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import type { ConfigMapUse } from '../../../src/facts/target.ts';
import { configurationProbe } from '../../../src/probes/configuration.ts';
import { settingNames } from '../../../src/probes/setting-names.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { service } from '../checks/seen.ts';
import { clients } from './clients.ts';

const never = new AbortController().signal;
type Maps = Readonly<Record<string, Outcome<Readonly<Record<string, string>> | undefined>>>;

function cluster(maps: Maps, asked: string[] = []): ClusterClient {
  const refuse = (): never => {
    throw new Error('not to be asked');
  };
  return {
    version: refuse,
    architectures: refuse,
    readLog: refuse,
    readConfigMap(namespace, name) {
      asked.push(`${namespace}/${name}`);
      return Promise.resolve(maps[name] ?? ok(undefined));
    },
  };
}

async function observe(
  configMaps: readonly ConfigMapUse[],
  maps: Maps = {},
  variables: readonly string[] = [],
  asked: string[] = [],
) {
  const target = service({ configuration: { namespace: 'recognize', variables, configMaps } });
  return (await configurationProbe.observe(target, clients({ cluster: cluster(maps, asked) }), never)).settings;
}

describe('a visit', () => {
  it('asks for the ConfigMaps that are named, in their namespace, and for nothing else', async () => {
    const asked: string[] = [];
    await observe([{ name: 'a' }, { name: 'b' }], { other: ok({ x: '1' }) }, [], asked);
    expect(asked).toEqual(['recognize/a', 'recognize/b']);
  });

  it('brings names and no value', async () => {
    const maps = { a: ok({ KEY: 'a-secret-value', 'application.yaml': 'top:\n  below: a-secret-value\n' }) };
    const seen = await observe([{ name: 'a' }], maps, ['VARIABLE']);
    expect(seen).toEqual(
      ok({
        names: ['KEY', 'VARIABLE', 'application.yaml', 'top', 'top.below'],
        configMaps: ['a'],
        unread: [],
      }),
    );
    expect(JSON.stringify(seen)).not.toContain('a-secret-value');
  });

  it('puts the prefix before variables, and takes the keys alone that are used', async () => {
    const maps = { a: ok({ NAME: '1' }), b: ok({ one: '1', two: '2' }) };
    expect(
      await observe(
        [
          { name: 'a', prefix: 'BUCKET_' },
          { name: 'b', keys: ['two'] },
        ],
        maps,
      ),
    ).toMatchObject(ok({ names: ['BUCKET_NAME', 'two'] }));
  });

  it('says which ConfigMap is not there', async () => {
    expect(await observe([{ name: 'a' }, { name: 'gone' }], { a: ok({ KEY: '1' }) })).toEqual(
      ok({ names: ['KEY'], configMaps: ['a'], unread: ['gone'] }),
    );
  });

  it.each(['CheckerNotAuthorized', 'ClusterUnavailable'] as const)('hands %s on', async (code) => {
    const seen = await observe([{ name: 'a' }, { name: 'b' }], { a: ok({}), b: failed(code, literal('why')) });
    expect(seen).toEqual(failed(code, literal('why')));
  });

  it('asks nothing where there is nothing to ask', async () => {
    expect(await observe([])).toMatchObject({ fault: { code: 'NotAsked' } });
    const collector = service({
      id: 'metrics-collector',
      component: 'metrics-collector',
      configuration: { namespace: 'recognize', variables: ['A'], configMaps: [{ name: 'a' }] },
    });
    expect(await configurationProbe.observe(collector, clients(), never)).toMatchObject({
      settings: { fault: { code: 'NotAsked' } },
    });
  });
});

describe('names in the data of a ConfigMap', () => {
  const names = async (data: Readonly<Record<string, string>>): Promise<readonly string[]> =>
    (await settingNames(data)).keys.filter((key) => !Object.hasOwn(data, key));

  it.each<[string, Record<string, string>, readonly string[]]>([
    ['YAML', { 'application.yml': 'bucket:\n  name: x\n  region: y\n' }, ['bucket', 'bucket.name', 'bucket.region']],
    ['YAML with flat keys', { 'a.yaml': 'bucket.name: x\n' }, ['bucket.name']],
    ['several documents', { 'a.yaml': 'a: 1\n---\nb: {c: 2}\n' }, ['a', 'b', 'b.c']],
    ['lists', { 'a.yaml': 'list:\n  - name: x\n' }, ['list', 'list.name']],
    ['JSON', { 'a.json': '{"bucket":{"name":"x"}}' }, ['bucket', 'bucket.name']],
    [
      'JSON on one line without a name',
      { SPRING_APPLICATION_JSON: '{"bucket":{"name":"x"}}' },
      ['bucket', 'bucket.name'],
    ],
    [
      'properties',
      { 'a.properties': '# c=1\n! d=1\nbucket.name = x\nbucket.region: y\n\nlong=a\\\n  e=f\nflag\n' },
      ['bucket.name', 'bucket.region', 'long', 'flag'],
    ],
    ['YAML without a name that says so', { config: 'bucket:\n  name: x\n' }, ['bucket', 'bucket.name']],
    ['properties without a name that says so', { config: 'bucket.name=x\nother=y\n' }, ['bucket.name', 'other']],
    ['a text of one line', { URL: 'jdbc:postgresql://h:5432/x?a=b' }, []],
    ['other files', { 'logback.xml': '<a>\n<b/>\n</a>', 'run.sh': 'a=b\nc=d\n', 'ca.crt': 'x: y\nz: a\n' }, []],
    ['aliases, which are not followed', { 'a.yaml': 'a: &x {b: 1}\nc: *x\n' }, ['a', 'a.b', 'c']],
  ])('%s', async (_what, data, expected) => {
    expect(await names(data)).toEqual(expected);
  });

  // As functions, so that no test has such a text in its title.
  it.each<[string, () => Record<string, string>]>([
    ['too large', () => ({ 'a.yaml': `a: ${'x'.repeat(70_000)}` })],
    ['too large together', () => ({ 'a.yaml': `a: ${'x'.repeat(40_000)}`, 'b.yaml': `b: ${'x'.repeat(40_000)}` })],
    ['broken', () => ({ 'a.yaml': 'a: [\nb: }' })],
    ['nested without end', () => ({ 'a.yaml': '['.repeat(30_000) })],
    ['nested in mappings without end', () => ({ 'a.json': '{"a":'.repeat(12_000) })],
    ['nested in dashes without end', () => ({ 'a.yaml': '- '.repeat(32_000) })],
    ['nested in keys without end', () => ({ 'a.yaml': 'a: '.repeat(20_000) })],
    ['nested in questions without end', () => ({ 'a.yaml': '? '.repeat(30_000) })],
    [
      'nested by indentation',
      () => ({ 'a.yaml': Array.from({ length: 300 }, (_, at) => `${' '.repeat(at)}a:`).join('\n') }),
    ],
    ['deeper than anybody writes', () => ({ 'a.json': `${'{"a":'.repeat(20)}1${'}'.repeat(20)}` })],
    ['of very many keys', () => ({ 'a.properties': Array.from({ length: 6_000 }, (_, at) => `k${at}=v`).join('\n') })],
  ])('what is %s is said to be not whole', async (_what, data) => {
    expect((await settingNames(data())).isWhole).toBe(false);
  });

  it.each<[string, () => Record<string, string>]>([
    ['line breaks', () => ({ text: '\n'.repeat(1_000_000) })],
    ['backslashes', () => ({ 'a.properties': `${'\\'.repeat(60_000)}x` })],
    ['spaces', () => ({ 'a.properties': ' '.repeat(60_000) })],
  ])('takes a text of nothing but %s in its stride', async (_what, data) => {
    expect((await settingNames(data())).isWhole).toBe(true);
  });

  // A megabyte of any of these took a minute, and nothing else had its turn.
  it.each<[string, string]>([
    ['keys', Array.from({ length: 9_000 }, (_, index) => `k${index}: v`).join('\n')],
    ['closing brackets', ']'.repeat(60_000)],
    ['broken braces', '{}}\n'.repeat(15_000)],
    ['tabs', '\t:\n'.repeat(20_000)],
    ['documents', '---\na: 1\n'.repeat(7_000)],
    ['a list in one line', `[${'1,'.repeat(30_000)}]`],
  ])('lets others have their turn while it reads %s', async (_what, text) => {
    let turns = 0;
    let reading = true;
    const count = (): void => {
      turns += 1;
      if (reading) setImmediate(count);
    };
    setImmediate(count);
    await settingNames({ 'a.yaml': text.slice(0, 64_000) });
    reading = false;
    expect(turns).toBeGreaterThan(40);
  });

  it('takes any text for a document, and tells names of it or that it cannot', async () => {
    const piece = fc.constantFrom(
      'a',
      'b:',
      ': ',
      '- ',
      '? ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&x ',
      '*x',
      '!t ',
      '|',
      '>',
      '"',
      "'",
      '\\',
      '#',
      '---',
      '...',
      '%YAML',
      '\n',
      '  ',
      '\t',
      '\u0000',
      '😀',
      '<<: ',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
        const { keys } = await settingNames({ 'a.yaml': pieces.join('') });
        expect(keys[0]).toBe('a.yaml');
        for (const key of keys) expect(key.split('.').length).toBeLessThan(200);
      }),
    );
  });

  it('a text of several lines that is no document is whole', async () => {
    expect((await settingNames({ banner: 'Hello: [\n}: there' })).isWhole).toBe(true);
  });

  it.each(['__proto__', 'constructor', 'toString'])('%s is a name like any other', async (name) => {
    expect(await names({ 'a.yaml': `${name}: {x: 1}\n` })).toEqual([name, `${name}.x`]);
  });
});

// How a pod template becomes settings: the kubelet's rules for variables, Spring's for names, placeholders and precedence.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../../src/product/setting-name.ts';
import { readSettings } from '../../../src/settings/documents.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { textOf, whyMissing } from '../../../src/settings/value.ts';
import { env, settings } from './templates.ts';

const valueOf = (all: Settings, name: string): string | undefined => {
  const value = all.get(name)?.value;
  return value === undefined ? undefined : (textOf(value) ?? `? ${whyMissing(value) ?? ''}`);
};
const mounted = (path: string, data: Record<string, string>, more: Record<string, string> = {}) => ({
  container: { env: env(more), volumeMounts: [{ name: 'v', mountPath: path }] },
  volumes: [{ name: 'v', configMap: { name: 'm' } }],
  maps: { m: data },
});

test.each([
  'NP_SPRING_DATASOURCE_URL',
  'npSpringDatasourceUrl',
  'np.spring-datasource.url',
  'configMap.npSpringDatasource.url',
])('one name: %s', (name) => {
  expect(canonical(name)).toBe('npspringdatasourceurl');
});

describe('the environment', () => {
  test('env stands over envFrom, later over earlier, with prefixes', () => {
    const all = settings({
      container: {
        envFrom: [
          { configMapRef: { name: 'a' } },
          { configMapRef: { name: 'b' }, prefix: 'X_' },
          { configMapRef: { name: 'c' } },
        ],
        env: env({ TWO: 'env' }),
      },
      maps: { a: { ONE: 'a', TWO: 'a' }, b: { ONE: 'b' }, c: { ONE: 'c' } },
    });
    expect(['ONE', 'X_ONE', 'TWO'].map((name) => valueOf(all, name))).toEqual(['c', 'b', 'env']);
    expect(all.get('one')?.origin).toBe('Deployment core-daemon, env ONE, ConfigMap c');
  });

  test('$(VAR) knows what was set before, $$ escapes, and what nothing sets stays', () => {
    const all = settings({ container: { env: env({ A: 'a', B: '$(A)-$$(A)-$(LATER)', LATER: 'x' }) } });
    expect(valueOf(all, 'B')).toBe('a-$(A)-$(LATER)');
  });

  test('a Secret of envFrom may set what nothing else does', () => {
    const all = settings({ container: { envFrom: [{ secretRef: { name: 's' } }], env: env({ B: '$(A)' }) } });
    expect(valueOf(all, 'B')).toBe('? A may come from Secret s (envFrom)');
    expect(all.secrets).toEqual([{ name: 's', how: 'envFrom', prefix: '' }]);
  });

  test('what is not there is said, unless it is optional', () => {
    const key = (more: object) => ({ valueFrom: { configMapKeyRef: { name: 'no', key: 'k', ...more } } });
    const all = settings({
      container: {
        env: [
          { name: 'A', ...key({}) },
          { name: 'B', ...key({ optional: true }) },
        ],
      },
    });
    expect(valueOf(all, 'A')).toContain('ConfigMap no was not read');
    expect(all.get('B')).toBeUndefined();
  });

  test('fields of a pod', () => {
    const field = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
    const all = settings({
      container: {
        env: [
          { name: 'N', ...field('metadata.namespace') },
          { name: 'P', ...field('status.podIP') },
        ],
      },
    });
    expect(valueOf(all, 'N')).toBe('recognize');
    expect(valueOf(all, 'P')).toContain('status.podIP');
  });
});

describe('precedence', () => {
  const json = '{"a":{"x":"json","y":"json"}}';
  test('argument, JSON, system property, variable, file', () => {
    const all = settings({
      ...mounted('/app/config', { 'application.yml': 'a: {x: file, y: file, z: file, w: file, v: file}' }),
      container: {
        command: ['sh', '-c', 'exec java $JAVA_OPTS -jar app.jar --a.x="$ARG"'],
        env: env({
          ARG: 'argument',
          SPRING_APPLICATION_JSON: json,
          JAVA_OPTS: '-Da.y=d -Da.z=d',
          A_Z: 'env',
          A_W: 'env',
        }),
        volumeMounts: [{ name: 'v', mountPath: '/app/config' }],
      },
    });
    expect(['a.x', 'a.y', 'a.z', 'a.w', 'a.v'].map((name) => valueOf(all, name))).toEqual([
      'argument',
      'json',
      'd',
      'env',
      'file',
    ]);
    expect(all.get('a.z')?.overrules).toBe('Deployment core-daemon, env A_Z');
  });

  test('profiles: the last active one, over files of none; documents of other profiles are left out', () => {
    const all = settings(
      mounted(
        '/config',
        {
          'application.yml':
            'a: base\nb: base\n---\nspring.config.activate.on-profile: "two & !three"\nb: document\n---\nspring.profiles: three\nb: no',
          'application-one.yml': 'a: one',
          'application-two.properties': 'a=two',
          'application-three.yml': 'a: three',
          'other.yml': 'a: other',
        },
        { SPRING_PROFILES_ACTIVE: 'one, two' },
      ),
    );
    expect([valueOf(all, 'a'), valueOf(all, 'b')]).toEqual(['two', 'document']);
  });

  test('a place that settings name stands over others', () => {
    const all = settings({
      container: {
        env: env({ SPRING_CONFIG_ADDITIONAL_LOCATION: 'optional:file:/extra/', SPRING_CONFIG_NAME: 'daemon' }),
        volumeMounts: [
          { name: 'e', mountPath: '/extra' },
          { name: 'v', mountPath: '/app/config' },
        ],
      },
      volumes: [
        { name: 'v', configMap: { name: 'm' } },
        {
          name: 'e',
          projected: { sources: [{ configMap: { name: 'e', items: [{ key: 'k', path: 'daemon.yml' }] } }] },
        },
      ],
      maps: { m: { 'daemon.yml': 'a: inner', 'application.yml': 'b: no' }, e: { k: 'a: extra' } },
    });
    expect([valueOf(all, 'a'), valueOf(all, 'b')]).toEqual(['extra', undefined]);
  });
});

describe('placeholders', () => {
  const resolved = (value: string, more: Record<string, string> = {}) =>
    valueOf(settings({ container: { env: env({ THE_VALUE: value, ...more }) } }), 'the.value');

  test.each([
    ['${A:x}', 'one'],
    ['${NO:x}', 'x'],
    ['${a}', 'one'],
    ['${A}-${B:${A}}', 'one-one'],
    ['${${WHICH}}', 'one'],
    ['jdbc:${X:a:b}', 'jdbc:a:b'],
    ['\\${A}', '${A}'],
    ['${A', '${A'],
    ['${NO}', '? nothing that can be read sets NO, which it refers to'],
    ['${THE_VALUE}', '? its placeholders go round in a circle: THE_VALUE → THE_VALUE'],
  ])('%s', (value, expected) => {
    expect(resolved(value, { A: 'one', WHICH: 'A' })).toBe(expected);
  });

  test('a Node program takes them as they are', () => {
    const all = settings({ container: { env: env({ A: '${B:x}' }) }, isSpring: false });
    expect(valueOf(all, 'A')).toBe('${B:x}');
  });

  test('no text makes it run without end or throw', () => {
    const piece = fc.constantFrom('${', '}', ':', 'A', 'B', '\\', 'x', '${A}', '${B:', '\ue0000\ue001');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(piece, { maxLength: 40 }), (a, b) => {
        expect(resolved('${A}${B}', { A: a.join(''), B: b.join('') })).toBeTypeOf('string');
      }),
    );
    const doubling = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`V${index}`, `\${V${index + 1}}\${V${index + 1}}`]),
    );
    expect(resolved('${V0}', { ...doubling, V30: 'x' })).toContain('too deep');
  });
});

describe('files that are not read', () => {
  test.each([
    ['application.yml', 'a: [', 'is no valid YAML'],
    ['application.yml', '- a', 'holds no settings'],
    ['application.yml', `a: ${'['.repeat(500)}`, 'nested deeper'],
    ['application.yml', `a: ${'x'.repeat(1024 * 1024)}`, 'more than 262144 are not read'],
    [
      'application.yml',
      'a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]',
      'aliases that multiply',
    ],
    [
      'application.properties',
      Array.from({ length: 6000 }, (_, index) => `k${index}=v`).join('\n'),
      'more than 5000 settings',
    ],
  ])('%s: %#', (file, text, expected) => {
    const { troubles } = settings(mounted('/config', { [file]: text }));
    expect(troubles).toEqual([expect.stringContaining(expected)]);
  });

  test('a file of a Secret, a CSI volume, the Vault agent', () => {
    const { troubles, secrets } = settings({
      container: {
        volumeMounts: [
          { name: 's', mountPath: '/config/application.yml', subPath: 'application.yml' },
          { name: 'csi', mountPath: '/mnt/store' },
          { name: 'all', mountPath: '/app/config' },
        ],
      },
      volumes: [
        { name: 's', secret: { secretName: 'one' } },
        { name: 'csi', csi: {} },
        { name: 'all', secret: { secretName: 'two' } },
      ],
      annotations: { 'vault.hashicorp.com/agent-inject': 'true' },
    });
    expect(troubles).toEqual([
      expect.stringContaining('CSI volume is mounted at /mnt/store'),
      '/config/application.yml comes from key application.yml of Secret one, which is not read',
      expect.stringContaining('Vault agent'),
    ]);
    expect(secrets).toEqual([
      {
        name: 'two',
        how: 'mounted at /app/config',
        prefix: '',
        files: { profiles: ['default'], names: ['application'] },
      },
      {
        name: 'one',
        how: 'mounted at /config/application.yml',
        prefix: '',
        files: { keys: ['application.yml'], profiles: ['default'], names: ['application'] },
      },
    ]);
  });
});

test('properties as Java reads them', () => {
  const read = readSettings('a.properties', '! c\n a = 1 \nb:2\nc 3\nd\\ e=\\u0041\\n\nf=x\\\n   y\n#---\na=later\n');
  expect('documents' in read ? read.documents.map((one) => [...one]) : read).toEqual([
    [
      ['a', '1 '],
      ['b', '2'],
      ['c', '3'],
      ['d e', 'A\n'],
      ['f', 'xy'],
    ],
    [['a', 'later']],
  ]);
});

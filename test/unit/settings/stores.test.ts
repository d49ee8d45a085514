// Settings that a service asks a store or a server for: each is said, because nobody reads them here.
import { expect, test } from 'vitest';
import { told, variables } from './told.ts';

test.each<[string, Record<string, string>, string]>([
  [
    'a configuration server',
    { SPRING_CONFIG_IMPORT: 'optional:configserver:http://config:8888' },
    'a configserver store',
  ],
  ['a store of a cloud', { SPRING_CONFIG_IMPORT: 'optional:sm://' }, 'a sm store'],
  ['one without a colon', { SPRING_CONFIG_IMPORT: 'sm@app' }, 'a sm store'],
  ['one of several', { SPRING_CONFIG_IMPORT: 'optional:file:/x/,zookeeper:app' }, 'a zookeeper store'],
  ['an address', { SPRING_CONFIG_IMPORT: 'https://config.example/app.yml' }, 'a file at an address'],
])('%s that is imported', (_, settings, what) => {
  expect(told(variables(settings, []))).toEqual([`~ spring.config.import names ${what}`]);
});

test.each(['file:/x/', './more.yml', 'more.yml', 'classpath:more.yml', 'classpath*:/x/', 'configtree:/x/', 'env:NO'])(
  '%s is no store',
  (place) => {
    expect(told(variables({ SPRING_CONFIG_IMPORT: `optional:${place}` }, []))).toEqual([]);
  },
);

test('a server of Spring Cloud that a variable names, unless it is switched off', () => {
  const named = { SPRING_CLOUD_CONFIG_URI: 'http://config:8888' };
  expect(told(variables(named, []))).toEqual([
    '~ SPRING_CLOUD_CONFIG_URI leads to a configuration server, whose settings cannot be seen from here',
  ]);
  expect(told(variables({ ...named, SPRING_CLOUD_CONFIG_ENABLED: 'false' }, []))).toEqual([]);
});

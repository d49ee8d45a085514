// Which mounted files Spring reads, and which of them stands over which: places, profiles, endings and imports, as charts
// combine them. Each row says what one setting is in the end.
import { describe, expect, test } from 'vitest';
import { textOf } from '../../../src/settings/value.ts';
import { env, settings } from './templates.ts';

/** `a` in these files, each mounted for itself. */
function read(files: Readonly<Record<string, string>>, variables: Record<string, string> = {}): string | undefined {
  const paths = Object.keys(files);
  const all = settings({
    container: {
      env: env(variables),
      volumeMounts: paths.map((path, index) => ({ name: 'v', mountPath: path, subPath: `k${index}` })),
    },
    volumes: [{ name: 'v', configMap: { name: 'm' } }],
    maps: { m: Object.fromEntries(paths.map((path, index) => [`k${index}`, files[path] ?? ''])) },
  });
  return textOf(all.get('a')?.value ?? []) || undefined;
}

type Row = readonly [string, Record<string, string>, Record<string, string>, string | undefined];

const PROD = { SPRING_PROFILES_ACTIVE: 'prod' };

describe.each<readonly [string, readonly Row[]]>([
  [
    'the usual places',
    [
      [
        'properties stand over YAML',
        { '/config/application.properties': 'a=p', '/config/application.yml': 'a: y' },
        {},
        'p',
      ],
      [
        '.yml stands over .yaml',
        { '/config/application.yml': 'a: yml', '/config/application.yaml': 'a: yaml' },
        {},
        'yml',
      ],
      [
        'config/ stands over its directory',
        { '/app/config/application.yml': 'a: c', '/app/application.yml': 'a: d' },
        {},
        'c',
      ],
      [
        'directories below config/ stand over it',
        { '/app/config/db/application.yml': 'a: below', '/app/config/application.yml': 'a: c' },
        {},
        'below',
      ],
      [
        'a profile stands over all of them, whatever its ending',
        { '/app/application-prod.yml': 'a: prod', '/app/config/application.properties': 'a=c' },
        PROD,
        'prod',
      ],
      [
        'without a profile that of default',
        { '/config/application-default.yml': 'a: d', '/config/application.yml': 'a: n' },
        {},
        'd',
      ],
      [
        'which settings may name',
        { '/config/application-local.yml': 'a: l', '/config/application.yml': 'spring.profiles.default: local\na: n' },
        {},
        'l',
      ],
      [
        'and with another profile it is not',
        { '/config/application-default.yml': 'a: d', '/config/application.yml': 'a: n' },
        PROD,
        'n',
      ],
    ],
  ],
  [
    'places that settings name',
    [
      [
        'spring.config.location: the usual ones are not looked at',
        { '/config/application.yml': 'a: usual' },
        { SPRING_CONFIG_LOCATION: 'file:/etc/app/' },
        undefined,
      ],
      [
        'which may be a usual one where nobody knows it',
        { '/config/application.yml': 'a: usual' },
        { SPRING_CONFIG_LOCATION: 'file:${NOWHERE}/' },
        'usual',
      ],
      [
        'an additional one stands over profiles of the usual ones',
        { '/config/application-prod.yml': 'a: prod', '/etc/app/application.yml': 'a: more' },
        { ...PROD, SPRING_CONFIG_ADDITIONAL_LOCATION: 'optional:file:/etc/app/' },
        'more',
      ],
      [
        'of two the later',
        { '/one/application-prod.yml': 'a: one', '/two/application.yml': 'a: two' },
        { ...PROD, SPRING_CONFIG_ADDITIONAL_LOCATION: 'file:/one/,file:/two/' },
        'two',
      ],
      [
        'of a group the profile',
        { '/one/application-prod.yml': 'a: one', '/two/application.yml': 'a: two' },
        { ...PROD, SPRING_CONFIG_ADDITIONAL_LOCATION: 'file:/one/;file:/two/' },
        'one',
      ],
      [
        'a file',
        { '/etc/app/own.yml': 'a: own' },
        { SPRING_CONFIG_LOCATION: 'classpath:/,file:/etc/app/own.yml' },
        'own',
      ],
      [
        'a file and that of a profile beside it',
        { '/etc/app/own.yml': 'a: own', '/etc/app/own-prod.yml': 'a: prod' },
        { ...PROD, SPRING_CONFIG_LOCATION: 'file:/etc/app/own.yml' },
        'prod',
      ],
      [
        'directories by a star',
        { '/etc/app/x/application.yml': 'a: x' },
        { SPRING_CONFIG_LOCATION: 'file:/etc/app/*/' },
        'x',
      ],
      [
        'a relative one',
        { '/srv/conf/application.yml': 'a: r' },
        { SPRING_CONFIG_LOCATION: 'optional:file:./conf/' },
        'r',
      ],
      [
        'a relative file and that of a profile beside it',
        { '/srv/own.yml': 'a: own', '/srv/own-prod.yml': 'a: prod' },
        { ...PROD, SPRING_CONFIG_LOCATION: 'file:./own.yml' },
        'prod',
      ],
      [
        'a relative file below a directory, without a dot',
        { '/srv/conf/own.yml': 'a: own', '/srv/conf/own-prod.yml': 'a: prod', '/srv/other/own-prod.yml': 'a: other' },
        { ...PROD, SPRING_CONFIG_LOCATION: 'optional:file:conf/own.yml' },
        'prod',
      ],
      [
        'a relative file above the directory of the program',
        { '/srv/conf/own.yml': 'a: own' },
        { SPRING_CONFIG_LOCATION: 'file:../conf/own.yml' },
        'own',
      ],
      [
        'an option of the machine',
        { '/o/x.yml': 'a: o' },
        { JDK_JAVA_OPTIONS: '-Dspring.config.location=/o/x.yml' },
        'o',
      ],
    ],
  ],
  [
    'imports',
    [
      [
        'stand over the file that names them',
        { '/config/application.yml': 'spring.config.import: "file:/x/more.yml"\na: base', '/x/more.yml': 'a: more' },
        {},
        'more',
      ],
      [
        'and under the profile beside it',
        {
          '/config/application.yml': 'spring.config.import: "file:/x/more.yml"\na: base',
          '/config/application-prod.yml': 'a: prod',
          '/x/more.yml': 'a: more',
        },
        PROD,
        'prod',
      ],
      [
        'that the environment names stand over all',
        { '/config/application-prod.yml': 'a: prod', '/x/more.yml': 'a: more' },
        { ...PROD, SPRING_CONFIG_IMPORT: 'optional:file:/x/more.yml' },
        'more',
      ],
      [
        'by a placeholder',
        { '/config/application.yml': 'spring.config.import: "file:${DIR:/x}/more.yml"', '/y/more.yml': 'a: more' },
        { DIR: '/y' },
        'more',
      ],
      [
        'as a list, the later over the earlier',
        {
          '/config/application.yml': 'spring.config.import: ["file:/x/one.yml", "optional:file:/x/two.yml"]',
          '/x/one.yml': 'a: one',
          '/x/two.yml': 'a: two',
        },
        {},
        'two',
      ],
      [
        'of a file without an ending',
        { '/config/application.yml': 'spring.config.import: "file:/x/more[.properties]"', '/x/more': 'a=hinted' },
        {},
        'hinted',
      ],
      [
        'of a file without an ending, which was named without its hint before',
        {
          '/x/more': 'a=hinted',
          '/x/application.yml': 'spring.config.import: "file:/x/more[.properties]"',
        },
        { SPRING_CONFIG_LOCATION: 'file:/x/application.yml,optional:file:/x/more' },
        'hinted',
      ],
      [
        'of a relative file without an ending',
        { '/srv/application.yml': 'spring.config.import: "file:./more[.properties]"', '/srv/more': 'a=hinted' },
        {},
        'hinted',
      ],
      [
        'of a variable as YAML',
        { '/config/application.yml': 'spring.config.import: "env:APP_SETTINGS[.yml]"\na: base' },
        { APP_SETTINGS: 'a: variable' },
        'variable',
      ],
      [
        'of a variable without a hint, which holds properties',
        { '/config/application.yml': 'a: base' },
        { APP_SETTINGS: 'a=variable', SPRING_CONFIG_IMPORT: 'optional:env:APP_SETTINGS' },
        'variable',
      ],
      [
        'of a variable that is not there',
        { '/config/application.yml': 'a: base' },
        { SPRING_CONFIG_IMPORT: 'optional:env:APP_SETTINGS' },
        'base',
      ],
      [
        'of each file, and none forgets those of another',
        {
          '/config/application.yml': 'spring.config.import: "file:/x/one.yml"',
          '/config/application-prod.yml': 'spring.config.import: "file:/x/two.yml"',
          '/x/one.yml': 'a: one',
          '/x/two.yml': 'b: two',
        },
        PROD,
        'one',
      ],
      [
        'that go round',
        { '/config/application.yml': 'spring.config.import: "file:/config/application.yml"\na: round' },
        {},
        'round',
      ],
      [
        'of a tree, under the profile',
        {
          '/config/application.yml': 'spring.config.import: "optional:configtree:/tree/"\na: base',
          '/config/application-prod.yml': 'a: prod',
          '/tree/a': 'leaf',
        },
        PROD,
        'prod',
      ],
      [
        'of a tree, over its file',
        { '/config/application.yml': 'spring.config.import: "optional:configtree:/tree/"\na: base', '/tree/a': 'leaf' },
        {},
        'leaf',
      ],
    ],
  ],
  [
    'profiles',
    [
      [
        'by a placeholder',
        { '/config/application.yml': 'spring.profiles.active: "${STAGE:dev}"', '/config/application-prod.yml': 'a: p' },
        { STAGE: 'prod' },
        'p',
      ],
      [
        'by its default',
        { '/config/application.yml': 'spring.profiles.active: "${STAGE:dev}"', '/config/application-dev.yml': 'a: d' },
        {},
        'd',
      ],
      [
        'one by one',
        { '/config/application-eu.yml': 'a: eu' },
        { SPRING_PROFILES_ACTIVE_0: 'prod', SPRING_PROFILES_ACTIVE_1: 'eu' },
        'eu',
      ],
      [
        'a group of the environment',
        { '/config/application-db.yml': 'a: db' },
        { ...PROD, SPRING_PROFILES_GROUP_PROD_0: 'db' },
        'db',
      ],
      [
        'a group within a group',
        {
          '/config/application.yml': 'spring.profiles.group: {prod: [eu], eu: [db]}',
          '/config/application-db.yml': 'a: db',
        },
        PROD,
        'db',
      ],
      [
        'included by two files',
        {
          '/config/application.yml': 'spring.profiles.include: one',
          '/config/application-prod.yml': 'spring.profiles.include: two\na: prod',
          '/config/application-one.yml': 'a: one',
        },
        PROD,
        'prod',
      ],
      [
        'brackets in an expression',
        { '/config/application.yml': 'a: n\n---\nspring.config.activate.on-profile: "prod & (eu | us)"\na: y' },
        { SPRING_PROFILES_ACTIVE: 'us' },
        'n',
      ],
      [
        'that hold',
        { '/config/application.yml': 'a: n\n---\nspring.config.activate.on-profile: "prod & (eu | us)"\na: y' },
        { SPRING_PROFILES_ACTIVE: 'us,prod' },
        'y',
      ],
      [
        'not',
        { '/config/application.yml': 'a: n\n---\nspring.config.activate.on-profile: "!(eu | us)"\na: y' },
        PROD,
        'y',
      ],
      [
        'what is none',
        { '/config/application.yml': 'a: n\n---\nspring.config.activate.on-profile: "prod & ("\na: y' },
        PROD,
        'n',
      ],
    ],
  ],
  [
    'files of Spring Cloud, which are read first and stand under all others',
    [
      ['alone', { '/config/bootstrap.yml': 'a: b' }, {}, 'b'],
      ['its profile', { '/config/bootstrap.yml': 'a: b', '/config/bootstrap-prod.properties': 'a=p' }, PROD, 'p'],
      [
        'under every other, whatever its profile',
        { '/config/bootstrap-prod.yml': 'a: b', '/srv/application.yml': 'a: n' },
        PROD,
        'n',
      ],
      [
        'with a profile that they activate',
        { '/config/bootstrap.yml': 'spring.profiles.active: prod', '/config/application-prod.yml': 'a: prod' },
        {},
        'prod',
      ],
      [
        'with what they import',
        { '/config/bootstrap.yml': 'spring.config.import: "file:/x/m.yml"\na: b', '/x/m.yml': 'a: m' },
        {},
        'm',
      ],
    ],
  ],
  [
    'names in placeholders',
    [
      [
        'a variable, and else what stands behind it',
        { '/config/application.yml': 'a: "${A:otherwise}"' },
        {},
        'otherwise',
      ],
      [
        'a name in capital letters is no setting of a file',
        { '/config/application.yml': 'db.host: file\na: "${DB_HOST:otherwise}"' },
        {},
        'otherwise',
      ],
      [
        'nor is one in camel case a variable',
        { '/config/application.yml': 'a: "${dbHost:otherwise}"' },
        { DB_HOST: 'v' },
        'otherwise',
      ],
      [
        'one with dots or hyphens is',
        { '/config/application.yml': 'a: "${db.host}-${db-host}-${db.host-name}"' },
        { DB_HOST: 'v', DB_HOSTNAME: 'w' },
        'v-v-w',
      ],
      [
        'in a file hyphens, underscores and case do not count, and dots do',
        { '/config/application.yml': 'dbHost: c\ndb_port: u\na: "${db-host}-${dbhost}-${db-port}-${db.host:no}"' },
        {},
        'c-c-u-no',
      ],
      [
        'one that stands in the file as it is written',
        { '/config/application.properties': 'NP_HOST=f\na=${NP_HOST}' },
        {},
        'f',
      ],
    ],
  ],
  [
    'values',
    [
      [
        'of another platform than Kubernetes, where settings say so',
        { '/config/application.yml': 'a: n\n---\nspring.config.activate.on-cloud-platform: kubernetes\na: k' },
        { SPRING_MAIN_CLOUD_PLATFORM: 'none' },
        'n',
      ],
      ['of a file that Spring does not know', { '/config/application.json': '{"a": "j"}' }, {}, undefined],
      ['an item of a list', { '/config/application.yml': 'list: [{x: file}]\na: "${list[0].x}"' }, {}, 'file'],
      [
        'that a variable overrules',
        { '/config/application.yml': 'list: [{x: file}]\na: "${list[0].x}"' },
        { LIST_0_X: 'env' },
        'env',
      ],
      ['anchors and merges', { '/config/application.yml': 'base: &b {a: merged}\n<<: *b' }, {}, 'merged'],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('%s', (_name, files, variables, expected) => {
    expect(read(files, variables)).toBe(expected);
  });
});

// The management port that only a ConfigMap of the service names.
import { describe, expect, it } from 'vitest';
import type { ClusterClient, HttpRequest } from '../../../src/clients/clients.ts';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import type { ConfigurationReading, HealthPlace } from '../../../src/facts/target.ts';
import { managementPlace } from '../../../src/probes/management-place.ts';
import { serviceProbe } from '../../../src/probes/service.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { http, service } from '../checks/seen.ts';
import { answered, clients } from './clients.ts';

const never = new AbortController().signal;

function cluster(
  maps: Readonly<Record<string, Readonly<Record<string, string>>>>,
  asked: string[] = [],
): ClusterClient {
  const refuse = (): never => {
    throw new Error('not to be asked');
  };
  const read = (name: string): Outcome<Readonly<Record<string, string>> | undefined> =>
    name === 'denied' ? failed('CheckerNotAuthorized', literal('no')) : ok(maps[name]);
  return {
    version: refuse,
    architectures: refuse,
    readLog: refuse,
    readConfigMap: (_namespace, name) => {
      asked.push(name);
      return Promise.resolve(read(name));
    },
  };
}

const reading = (changes: Partial<ConfigurationReading>): ConfigurationReading => ({
  namespace: 'recognize',
  variables: [],
  configMaps: [{ name: 'app' }],
  ...changes,
});

const said = (place: HealthPlace | undefined): string =>
  place === undefined ? 'none' : `${place.scheme ?? '*'}://:${place.port ?? '*'}${place.path}`;

async function placeOf(data: Readonly<Record<string, string>>, changes: Partial<ConfigurationReading> = {}) {
  const target = service({ configuration: reading(changes) });
  return said(await managementPlace(target, cluster({ app: data }), never));
}

describe('with credentials to show', () => {
  const login = { credentials: { username: 'ops', password: secret('hunter2') } };
  const pair = { tls: { certificate: { pem: 'PEM', key: secret('KEY') } } };

  it.each([
    ['MANAGEMENT_ENDPOINTS_WEB_PATHMAPPING_HEALTH', '../env', '/actuator/../env'],
    ['MANAGEMENT_ENDPOINTS_WEB_PATHMAPPING_HEALTH', 'heapdump', '/actuator/heapdump'],
    ['MANAGEMENT_ENDPOINTS_WEB_BASEPATH', '/export;', '/export;/health'],
  ])('no path but one of health is taken from %s: %s', async (name, value, path) => {
    const placed = async (shown: object): Promise<string> => {
      const target = { ...service({ configuration: reading({}) }), ...shown };
      return said(await managementPlace(target, cluster({ app: { [name]: value } }), never));
    };
    expect(await placed({})).toBe(`*://:*${path}`);
    expect(await placed(login)).toBe('none');
    expect(await placed(pair)).toBe('none');
  });
});

describe('a ConfigMap', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['YAML', { 'application.yml': 'management:\n  server:\n    port: 9090\n' }, '*://:9090/actuator/health'],
    ['flat YAML', { 'application.yaml': 'management.server.port: 9090' }, '*://:9090/actuator/health'],
    ['properties', { 'application.properties': '# x\nmanagement.server.port = 9090\n' }, '*://:9090/actuator/health'],
    ['a variable', { MANAGEMENT_SERVER_PORT: '9090' }, '*://:9090/actuator/health'],
    [
      'a variable over a file',
      { MANAGEMENT_SERVER_PORT: '9091', 'application.properties': 'management.server.port=9090' },
      '*://:9091/actuator/health',
    ],
    [
      'paths and TLS',
      {
        'application.yml':
          'management:\n  server: { port: 9090, base-path: /ops, ssl: { enabled: true } }\n  endpoints.web.base-path: /manage\n',
      },
      'https://:9090/ops/manage/health',
    ],
    [
      'a placeholder with a default',
      { 'application.yml': 'management:\n  server:\n    port: ${MGMT_PORT:9090}\n' },
      '*://:9090/actuator/health',
    ],
    [
      'a placeholder',
      { 'application.yml': 'management:\n  server:\n    port: ${MGMT_PORT:9090}\n', MGMT_PORT: '9191' },
      '*://:9191/actuator/health',
    ],
    [
      'another path alone',
      { 'application.properties': 'server.servlet.context-path=/core' },
      '*://:*/core/actuator/health',
    ],
    [
      'a document of a profile',
      { 'application.yml': 'a: 1\n---\nspring.config.activate.on-profile: x\nmanagement.server.port: 9090\n' },
      'none',
    ],
    ['no port', { 'application.yml': 'management:\n  server:\n    port: -1\n' }, 'none'],
    ['a port that is none', { MANAGEMENT_SERVER_PORT: '99999' }, 'none'],
    ['a text that is none', { 'application.yml': '{{{{: [' }, 'none'],
    ['depth without bound', { 'application.yml': '['.repeat(60_000) }, 'none'],
    ['too much', { 'application.yml': `management.server.port: 9090\n${'# x\n'.repeat(20_000)}` }, 'none'],
    ['nothing of it', { 'application.yml': 'server.port: 8080' }, 'none'],
  ])('with %s', async (_, data, expected) => {
    expect(await placeOf(data)).toBe(expected);
  });

  it('is read as the pod template uses it', async () => {
    const data = { PORT: '9090', other: '9191' };
    const key = { variable: 'MANAGEMENT_SERVER_PORT', name: 'app', key: 'PORT' };
    expect(await placeOf(data, { configMaps: [], references: [key] })).toBe('*://:9090/actuator/health');
    expect(await placeOf({ SERVER_PORT: '9090' }, { configMaps: [{ name: 'app', prefix: 'MANAGEMENT_' }] })).toBe(
      '*://:9090/actuator/health',
    );
    const file = { 'application.yml': 'management.server.port: 9090' };
    expect(await placeOf(file, { configMaps: [{ name: 'app', keys: ['else.yml'] }] })).toBe('none');
  });

  it.each(['denied', 'missing'])('that is %s names nothing', async (name) => {
    expect(await placeOf({}, { configMaps: [{ name }] })).toBe('none');
  });
});

describe('a service', () => {
  const configuration = reading({});
  const maps = { app: { 'application.yml': 'management:\n  server:\n    port: 9090\n' } };
  const down = '{"status":"DOWN","components":{"db":{"status":"DOWN"}}}';

  async function visit(answers: Readonly<Record<string, [number, string]>>, places?: readonly HealthPlace[]) {
    const asked: string[] = [];
    const get = ({ url }: HttpRequest) => {
      const { host, pathname } = new URL(url);
      const [status, body] = answers[`${host}${pathname}`] ?? [404, ''];
      return Promise.resolve(answered(http(status, body)));
    };
    const target = service({
      configuration,
      health: { path: '/actuator/health', named: false, format: 'spring', ...(places === undefined ? {} : { places }) },
    });
    const { answers: heard } = await serviceProbe.observe(
      target,
      clients({ http: { get }, cluster: cluster(maps, asked) }),
      never,
    );
    const [first] = heard;
    return { asked, status: first?.answer.ok === true ? first.answer.value.status : 0, port: first?.place?.port };
  }

  it('whose health is nowhere else is asked there', async () => {
    expect(await visit({ '10.0.0.1:9090/actuator/health': [503, down] })).toEqual({
      asked: ['app'],
      status: 503,
      port: 9090,
    });
  });

  it('of which only a group is seen elsewhere is asked there', async () => {
    const group = { path: '/readyz', port: 8080, scheme: 'http', scope: 'group', from: 'readinessProbe' } as const;
    const answers = {
      '10.0.0.1:8080/readyz': [200, '{"status":"UP"}'],
      '10.0.0.1:9090/actuator/health': [503, down],
    } as const;
    expect(await visit({ ...answers } as never, [group])).toMatchObject({ status: 503, port: 9090 });
    expect(await visit({ '10.0.0.1:8080/readyz': [200, '{"status":"UP"}'] }, [group])).toMatchObject({
      status: 200,
      port: 8080,
    });
  });

  it('whose health is where it usually is has nothing of it read', async () => {
    expect(await visit({ '10.0.0.1:8080/actuator/health': [200, '{"status":"UP"}'] })).toMatchObject({
      asked: [],
      status: 200,
    });
  });
});

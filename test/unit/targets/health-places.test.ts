// Where health is looked for: what a pod template, its settings and its Service say of it, best first.
import { describe, expect, it } from 'vitest';
import { healthPlaces, readinessOf, type PlacesRequest } from '../../../src/targets/health-places.ts';

const get = (path: string, port: number | string, more: object = {}): object => ({ httpGet: { path, port, ...more } });

/** `port/path` of each place, the group's in brackets; the Service's own port is `-`. */
function placesOf(container: Record<string, unknown>, more: Partial<PlacesRequest> = {}): readonly string[] {
  const request = { format: 'spring', saidPath: undefined, container, servicePorts: new Map(), ...more } as const;
  return healthPlaces(request).map(({ path, port, scheme, scope }) => {
    const place = `${scheme === 'https' ? 'https ' : ''}${port ?? '-'}${path}`;
    return scope === 'group' ? `[${place}]` : place;
  });
}

const env = (values: Record<string, string>): Record<string, unknown> => ({
  env: Object.entries(values).map(([name, value]) => ({ name, value })),
});

describe('the places of health', () => {
  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['nothing', {}, ['-/actuator/health']],
    [
      'a readiness probe of a group on a port of its own: the whole before the group',
      { readinessProbe: get('/actuator/health/readiness', 9001) },
      ['9001/actuator/health', '-/actuator/health', '[9001/actuator/health/readiness]'],
    ],
    [
      'a port by name',
      { ports: [{ name: 'mgmt', containerPort: 8081 }], livenessProbe: get('/actuator/health/liveness', 'mgmt') },
      ['8081/actuator/health', '-/actuator/health', '[8081/actuator/health/liveness]'],
    ],
    ['a name that no port has', { livenessProbe: get('/x', 'nope') }, ['-/actuator/health']],
    [
      'a base path and TLS',
      { startupProbe: get('/manage/health', 8443, { scheme: 'HTTPS' }) },
      ['https 8443/manage/health', '-/actuator/health'],
    ],
    ['a command', { readinessProbe: { exec: { command: ['true'] } } }, ['-/actuator/health']],
    ['a host of its own', { readinessProbe: get('/health', 80, { host: '169.254.169.254' }) }, ['-/actuator/health']],
    ['a query', { readinessProbe: get('/health?full=1', 80) }, ['-/actuator/health']],
    ['the management port', env({ MANAGEMENT_SERVER_PORT: '9001' }), ['9001/actuator/health', '-/actuator/health']],
    [
      'its base paths',
      env({
        'management.server.port': '9001',
        MANAGEMENT_SERVER_BASEPATH: '/ops',
        MANAGEMENT_ENDPOINTS_WEB_BASE_PATH: '/',
        MANAGEMENT_ENDPOINTS_WEB_PATHMAPPING_HEALTH: 'healthz',
        SERVER_SERVLET_CONTEXT_PATH: '/app',
      }),
      ['9001/ops/healthz', '-/ops/healthz'],
    ],
    ['a context path of the application', env({ SERVER_SERVLET_CONTEXT_PATH: '/app' }), ['-/app/actuator/health']],
    ['a management port that is any, or none', env({ MANAGEMENT_SERVER_PORT: '-1' }), ['-/actuator/health']],
    [
      'an option of the JVM',
      env({ JAVA_OPTS: '-Xmx1g -Dmanagement.server.port=9002' }),
      ['9002/actuator/health', '-/actuator/health'],
    ],
    [
      'an argument',
      { args: ['--management.server.port=9003', '--management.server.ssl.enabled=true'] },
      ['https 9003/actuator/health', '-/actuator/health'],
    ],
  ])('with %s', (_, container, expected) => expect(placesOf(container)).toEqual(expected));

  it('are those of the Service ports that are named so, before its usual one', () => {
    const servicePorts = new Map([
      ['http', 8080],
      ['http-management', 9001],
    ]);
    expect(placesOf({}, { servicePorts })).toEqual(['9001/actuator/health', '-/actuator/health']);
  });

  it('have the path of the spec wherever it may be', () => {
    const container = { readinessProbe: get('/actuator/health/readiness', 9001) };
    expect(placesOf(container, { saidPath: '/health' })).toEqual(['9001/health', '-/health']);
  });

  it('keep the headers that a probe sends', () => {
    const readinessProbe = get('/health', 8080, { httpHeaders: [{ name: 'Host', value: 'core' }, { name: 'x' }] });
    const request = { format: 'spring', saidPath: undefined, servicePorts: new Map() } as const;
    expect(healthPlaces({ ...request, container: { readinessProbe } })[0]?.headers).toEqual({ Host: 'core' });
  });

  it('of an agent are not taken for a group of Spring Boot', () => {
    const container = { readinessProbe: get('/api/health/ready', 8000) };
    expect(placesOf(container, { format: 'agent' })).toEqual(['8000/api/health/ready', '-/health-check']);
  });
});

describe("the kubelet's evidence", () => {
  it.each<[object, string | undefined]>([
    [{}, undefined],
    [{ livenessProbe: get('/', 80) }, undefined],
    [{ readinessProbe: get('/ready', 80) }, 'GET /ready'],
    [{ readinessProbe: { exec: {} } }, 'a command'],
    [{ readinessProbe: { tcpSocket: {} } }, 'a connection'],
    [{ readinessProbe: { grpc: {} } }, 'gRPC'],
  ])('of %j is %s', (container, expected) => expect(readinessOf(container as Record<string, unknown>)).toBe(expected));
});

// The Recognize services of the stack: they depend on their databases for real, and go wrong on command.
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { startKubelet } from '../../stack/kubelet.ts';
import { type PostgresServer, startPostgres } from '../../stack/postgres/server.ts';
import { type Installation, startRecognize } from '../../stack/recognize/installation.ts';
import { TROUBLES, troubleText } from '../../stack/recognize/trouble-log.ts';

interface Reply {
  status: number;
  type: string;
  text: string;
  /** The body, where it is JSON. */
  body: Body;
}

interface Body {
  status?: string;
  detail?: string;
  components: { db: { details: { error: string } } };
  measurements: { statistic: string; value: number }[];
}

async function get(url: string, options: object = {}): Promise<Reply> {
  const agent = new Agent({ pipelining: 0, ...options });
  try {
    const { statusCode, headers, body } = await request(url, { dispatcher: agent });
    const text = await body.text();
    const type = String(headers['content-type']);
    const json = /json/.test(type) && text !== '' ? text : '{}';
    return { status: statusCode, type, text, body: JSON.parse(json) as Body };
  } finally {
    await agent.destroy();
  }
}

/** The code of the error that a GET ends with. */
async function failure(url: string, options: object = {}): Promise<string> {
  return get(url, options).then(
    ({ status }) => `status ${status}`,
    (error: unknown) => (error as { code?: string }).code ?? (error as Error).name,
  );
}

/** How long a client waits for what never comes, or never ends. */
const IMPATIENT: Readonly<Record<string, object>> = { hang: { headersTimeout: 500 }, drip: { bodyTimeout: 500 } };

let recognize: Installation;
const health = (component: Service, replica = 1): Promise<Reply> =>
  get(`${recognize.url(component, replica)}/actuator/health`);
const logOf = (component: Service): string =>
  recognize
    .service(component)
    .logOf(1)
    .current()
    .map(({ text }) => text)
    .join('\n');

describe('a Split installation on a real database', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ databases: ['keylessd'] });
    recognize = await startRecognize({
      topology: 'Split',
      databases: { 'node-persistence': server.url('keylessd') },
      workloads: { 'core-daemon': { replicas: 3 } },
    });
  });
  afterAll(async () => {
    await recognize.close();
    await server.remove();
  });

  it('has every Spring Boot service UP', async () => {
    const services = recognize.services.filter(({ profile }) => profile.runtime === 'spring-boot');
    const replies = await Promise.all(services.map(({ profile }) => health(profile.component)));
    expect(replies.map(({ status, body }) => `${status} ${body.status}`)).toEqual(services.map(() => '200 UP'));
  });

  it('answers the agent with its version and ok', async () => {
    const { body } = await get(`${recognize.url('enrollment-agent')}/health-check`);
    expect(body).toEqual({ version: '3.4.0', status: 'ok' });
  });

  it('answers 404 below /actuator for what the vendor does not expose', async () => {
    const statuses = ['prometheus', 'info', 'flyway'].map(
      async (endpoint) => (await get(`${recognize.url('core-daemon')}/actuator/${endpoint}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 404, 404]);
  });

  describe('whose database is stopped', () => {
    beforeAll(async () => {
      await server.stop();
      await new Promise((resolve) => setTimeout(resolve, 150));
    });
    afterAll(() => server.start());

    it('has node-persistence DOWN with 503 and the reason under db', async () => {
      const { status, type, body } = await health('node-persistence');
      expect([status, type]).toEqual([503, 'application/vnd.spring-boot.actuator.v3+json']);
      expect(body).toMatchObject({ status: 'DOWN', components: { db: { status: 'DOWN' }, ping: { status: 'UP' } } });
      expect(body.components.db.details.error).toContain('ECONNREFUSED');
    });

    it('keeps node-persistence ready: the group leaves db out', async () => {
      expect(await get(`${recognize.url('node-persistence')}/actuator/health/readiness`)).toMatchObject({
        status: 200,
        body: { status: 'UP' },
      });
    });

    it('shows an empty pool with callers waiting', async () => {
      const value = async (name: string): Promise<number> =>
        (await get(`${recognize.url('node-persistence')}/actuator/metrics/hikaricp.connections${name}`)).body
          .measurements[0]!.value;
      expect([await value(''), await value('.pending')]).toEqual([0, 3]);
    });

    it('logs the failure in each service that meets it', async () => {
      await recognize.exercise();
      expect(logOf('node-persistence')).toContain('HikariPool-1 - Connection is not available');
      expect(logOf('core-daemon')).toContain('NODE-PERSISTENCE service returned error: 500');
      expect(logOf('auth-vault')).toContain('Node persistence returned an unexpected status 500');
    });
  });

  it('is UP again when the database is', async () => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await health('node-persistence')).body.status).toBe('UP');
  });
});

describe('a Consolidated installation', () => {
  let fail = false;
  const backend = (): Promise<void> => (fail ? Promise.reject(new Error('denied')) : Promise.resolve());
  beforeAll(async () => {
    recognize = await startRecognize({
      topology: 'Consolidated',
      databases: { 'node-persistence': 'postgresql://nobody@127.0.0.1:1/absent' },
      objectStorage: backend,
      keyManagement: backend,
      exposed: ['health', 'metrics', 'prometheus'],
      layout: 'json',
    });
  });
  afterAll(() => recognize.close());

  it('is DOWN when one of its two data sources is, and says which', async () => {
    const { body } = await health('core-daemon');
    expect(body).toMatchObject({
      status: 'DOWN',
      components: { db: { components: { dataSource: { status: 'UP' }, dataSource2: { status: 'DOWN' } } } },
    });
  });

  it('adds its pools up unless one is asked for', async () => {
    const url = `${recognize.url('core-daemon')}/actuator/metrics/hikaricp.connections.max`;
    const values = [url, `${url}?tag=pool:HikariPool-2`].map(async (one) => (await get(one)).body.measurements);
    expect(await Promise.all(values)).toEqual([[{ statistic: 'VALUE', value: 8 }], [{ statistic: 'VALUE', value: 4 }]]);
  });

  it('has Prometheus text where it is exposed', async () => {
    const { text } = await get(`${recognize.url('core-daemon')}/actuator/prometheus`);
    expect(text).toContain('hikaricp_connections_max{pool="HikariPool-2"} 4');
  });

  it('logs the bucket and the key in the words of the services that were merged into it, as JSON', async () => {
    fail = true;
    await recognize.exercise();
    fail = false;
    const events = logOf('core-daemon')
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; message: string });
    const errors = events.filter(({ level }) => level === 'ERROR').map(({ message }) => message);
    expect(errors.some((message) => message.startsWith('Persisting circuit on S3 failed. [circuitId='))).toBe(true);
    expect(errors).toContain('Failed JWT token sign');
  });

  it('serves the dashboard as a page', async () => {
    expect(await get(recognize.url('admin-dashboard'))).toMatchObject({
      status: 200,
      type: 'text/html; charset=utf-8',
    });
  });
});

describe('a switch', () => {
  beforeAll(async () => {
    recognize = await startRecognize({ topology: 'Split', workloads: { 'auth-vault': { replicas: 3 } } });
  });
  afterAll(() => recognize.close());
  afterEach(async () => {
    await Promise.all(recognize.services.map((service) => service.recover()));
    await recognize.setTls('auth-vault', undefined, createAuthority());
  });
  const vault = (): string => `${recognize.url('auth-vault')}/actuator/health`;

  it.each([
    [{ kind: 'down' } as const, 'ECONNREFUSED'],
    [{ kind: 'hang' } as const, 'UND_ERR_HEADERS_TIMEOUT'],
    [{ kind: 'drip' } as const, 'UND_ERR_BODY_TIMEOUT'],
    [{ kind: 'endless' } as const, 'UND_ERR_RES_EXCEEDED_MAX_SIZE'],
    [{ kind: 'huge' } as const, 'UND_ERR_RES_EXCEEDED_MAX_SIZE'],
    [{ kind: 'reset' } as const, 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    [{ kind: 'reset-at-once' } as const, 'ECONNRESET'],
    [{ kind: 'not-http' } as const, 'HTTPParserError'],
    [{ kind: 'broken-json' } as const, 'SyntaxError'],
    [{ kind: 'status', status: 401 } as const, 'status 401'],
    [{ kind: 'status', status: 503, body: '{"status":"DOWN"}' } as const, 'status 503'],
    [{ kind: 'redirect', location: 'http://169.254.169.254/' } as const, 'status 302'],
  ])('%j is seen by a client as %s, and nothing of it is left afterwards', async (conduct, seen) => {
    await recognize.service('auth-vault').setConduct(conduct);
    expect(await failure(vault(), { maxResponseSize: 65_536, ...IMPATIENT[conduct.kind] })).toBe(seen);
    await recognize.service('auth-vault').recover();
    expect((await get(vault())).body.status).toBe('UP');
  });

  it('html answers 200 with a page, unknown-status 200 with a word of its own', async () => {
    await recognize.service('auth-vault').setConduct({ kind: 'html' });
    const page = await get(vault());
    await recognize.service('auth-vault').setConduct({ kind: 'unknown-status' });
    expect([page.type, (await get(vault())).body]).toEqual(['text/html', { status: 'DEGRADED' }]);
  });

  it.each([
    ['DOWN', 503],
    ['OUT_OF_SERVICE', 503],
    ['UNKNOWN', 200],
  ] as const)('health %s answers %i', async (status, code) => {
    recognize.service('auth-vault').setHealth(status);
    expect(await get(vault())).toMatchObject({ status: code, body: { status } });
  });

  it('can be set for one replica of three, each on its own address with the same port', async () => {
    await recognize.service('auth-vault').setConduct({ kind: 'down' }, { replica: 2 });
    const seen = [1, 2, 3].map((replica) => failure(`${recognize.url('auth-vault', replica)}/actuator/health`));
    expect(await Promise.all(seen)).toEqual(['status 200', 'ECONNREFUSED', 'status 200']);
  });

  it.each(['reset', 'reset-at-once'] as const)('%s ends the connection with RST, not with an orderly end', async () => {
    await recognize.service('auth-vault').setConduct({ kind: 'reset-at-once' });
    const { address, port } = recognize.service('auth-vault').replicas[0]!;
    const socket = connect(port, address, () => socket.write('GET / HTTP/1.1\r\nHost: auth-vault\r\n\r\n'));
    const end = await new Promise((resolve) => {
      socket.on('data', () => undefined);
      socket.once('end', () => resolve('end'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(end).toBe('ECONNRESET');
  });

  it('can be set for one path', async () => {
    await recognize.service('auth-vault').setConduct({ kind: 'status', status: 401 }, { path: /^\/actuator\/metrics/ });
    const paths = ['health', 'metrics'].map((path) => failure(`${recognize.url('auth-vault')}/actuator/${path}`));
    expect(await Promise.all(paths)).toEqual(['status 200', 'status 401']);
  });

  it.each([
    ['own', 'status 200'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ] as const)('TLS with a certificate that is %s is seen as %s', async (choice, seen) => {
    const authority = createAuthority();
    await recognize.setTls('auth-vault', choice, authority);
    const options = { connect: { ca: authority.caPem } };
    expect(await failure(vault().replace('http:', 'https:'), options)).toBe(seen);
  });

  it('of a workload shows in the objects and keeps what it was started with', () => {
    const objects = recognize.objects({ troubles: { 'auth-vault': { kind: 'NotReady', pods: 1 } } });
    const workload = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'auth-vault')!;
    expect(workload['status']).toMatchObject({ replicas: 3, readyReplicas: 2 });
  });

  it('agent DOWN answers 500 with a body', async () => {
    recognize.service('enrollment-agent').setHealth('DOWN');
    const { status, body } = await get(`${recognize.url('enrollment-agent')}/health-check`);
    expect([status, typeof body.detail]).toEqual([500, 'string']);
  });

  it('down for node-persistence is a connection error in the logs of its callers', async () => {
    await recognize.service('node-persistence').setConduct({ kind: 'down' });
    await recognize.exercise();
    expect(logOf('core-daemon')).toContain('node-persistence.default.svc.cluster.local');
    expect(logOf('auth-vault')).toContain(
      'Node persistence thrown exception: node-persistence.default.svc.cluster.local',
    );
  });
});

describe('what is logged', () => {
  beforeAll(async () => {
    recognize = await startRecognize({ topology: 'Split' });
  });
  afterAll(() => recognize.close());

  it.each(TROUBLES)('on command for %s is the fixture, with the time of now', (trouble) => {
    const log = recognize.service('core-daemon').logOf(1);
    const before = log.current().length;
    recognize.service('core-daemon').log(trouble);
    const written = log
      .current()
      .slice(before)
      .map(({ text }) => text);
    // Everything but the time at the start of an event is as it was written out; padding between fields may differ.
    const bare = (line: string): string =>
      line
        .replace(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z/, '')
        .replace(/^(\[Nest\] 1 {2}- )\S+ \S+ [AP]M/, '$1')
        .replace(/ +/g, ' ');
    expect(written.map(bare)).toEqual(troubleText(trouble).trimEnd().split('\n').map(bare));
  });

  it('is counted in logback.events', async () => {
    recognize.service('auth-vault').log('error-burst', { times: 21 });
    const { body } = await get(`${recognize.url('auth-vault')}/actuator/metrics/logback.events?tag=level:error`);
    expect(body.measurements).toEqual([{ statistic: 'COUNT', value: 21 }]);
  });

  it('reaches a reader through the kubelet under the name of the pod', async () => {
    const authority = createAuthority();
    const kubelet = await startKubelet(recognize.logs, authority);
    const pod = recognize
      .objects()
      .find(({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith('auth-vault'))!;
    recognize.service('auth-vault').restart({ trouble: 'service-run-failed' });
    const url = `https://127.0.0.1:${kubelet.port}/containerLogs/default/${pod.metadata.name}/auth-vault`;
    const current = await get(url, { connect: { ca: authority.caPem } });
    await kubelet.close();
    expect(current.text).toContain('Application run failed');
  });
});

it('leaves nothing listening when it is closed', async () => {
  const closing = await startRecognize({ topology: 'Umbrella' });
  const { address, port } = closing.service('core-daemon').replicas[0]!;
  await closing.close();
  const refused = await new Promise((resolve) =>
    connect(port, address).once('error', (error: NodeJS.ErrnoException) => resolve(error.code)),
  );
  expect(refused).toBe('ECONNREFUSED');
});

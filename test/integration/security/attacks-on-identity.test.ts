// What an author of reports has tried against a running operator to be shown what somebody logs in with: a client
// certificate before it is known who the server is, a login at another path than health, requests signed for another
// server than the Secret names; and to have the operator's own endpoints asked in its name.
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { secretObject as secretOf } from '../../stack/secret-object.ts';
import { NAMESPACE, startArena, type Arena, type RunningOperator } from '../operator/arena.ts';

const PASSWORD = 'pl4nted-Secret-Value';
/** One run is enough, and nobody is late on purpose. */
const ONCE = { interval: '24h', timeout: '1m', discovery: 'None' };

let arena: Arena;
let operator: RunningOperator;
const open: Server[] = [];
const authority = createAuthority();
const theirs = createAuthority('of the author');

beforeAll(async () => {
  arena = await startArena();
  operator = await arena.start();
});
afterAll(async () => {
  await arena.close();
  for (const server of open) server.close();
});

/** A server of the author, until the tests are over. */
async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Answers everything over HTTP with 200, and keeps what it was asked. */
async function web(body: string): Promise<{ readonly port: number; readonly told: () => string }> {
  let told = '';
  const port = await listen((socket) => {
    socket.on('data', (chunk: Buffer) => {
      told += chunk.toString('latin1');
      socket.end(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
    });
  });
  return { port, told: () => told };
}

const secretObject = (name: string, data: Readonly<Record<string, string>>): AnyObject =>
  secretOf(NAMESPACE, name, data);

/** What the operator says of a report with this spec. */
async function examined(name: string, spec: Readonly<Record<string, unknown>>): Promise<HealthReportStatus> {
  await arena.admin.create(arena.report(name, { ...ONCE, ...spec }));
  return arena.examined(name);
}
const faultOf = (status: HealthReportStatus, id: string): string | undefined =>
  status.checks?.find((check) => check.id === id)?.fault;

describe('a client certificate', () => {
  /** As PostgreSQL: takes TLS up when it is asked for it, and asks for a certificate. */
  async function demanding(): Promise<{ readonly port: number; readonly shown: readonly string[] }> {
    const own = theirs.issue({ commonName: 'database', hosts: ['127.0.0.1'] });
    const shown: string[] = [];
    const port = await listen((socket) => {
      socket.once('data', () => {
        socket.write('S');
        const tls = new TLSSocket(socket, {
          isServer: true,
          key: own.keyPem,
          cert: own.certPem,
          requestCert: true,
          rejectUnauthorized: false,
          // Where the server has it before the client knows whose the server's is.
          maxVersion: 'TLSv1.2',
        });
        tls.on('error', () => undefined);
        tls.on('secure', () => {
          const { subject } = tls.getPeerCertificate() as { readonly subject?: { readonly CN: string } };
          shown.push(subject?.CN ?? 'nothing');
        });
      });
    });
    return { port, shown };
  }

  test.each([
    ['that nobody verifies', { mode: 'Require' }],
    ["of the author's authority", { mode: 'VerifyFull', caSecretRef: { name: 'author', key: 'ca.crt' } }],
  ])('is not shown to a server with a certificate %s', async (what, tls) => {
    const { port, shown } = await demanding();
    const name = `pair-${tls.mode.toLowerCase()}`;
    const pair = authority.issue({ commonName: 'app' });
    await arena.admin.create(
      secretObject(name, { username: 'app', password: PASSWORD, 'tls.crt': pair.certPem, 'tls.key': pair.keyPem }),
    );
    if (what.includes('author')) await arena.admin.create(secretObject('author', { 'ca.crt': theirs.caPem }));
    const status = await examined(name, {
      databases: [
        {
          name: 'd',
          host: '127.0.0.1',
          port,
          database: 'x',
          credentialsSecretRef: { name },
          tls: { ...tls, clientCertificateSecretRef: { name } },
        },
      ],
    });
    expect(faultOf(status, 'database/d/connect')).toBe('DatabaseLoginWithheld');
    expect(new Set(shown)).toEqual(new Set(['nothing']));
  });
});

describe('the login of a service', () => {
  test.each(['/health/../env', '/health/%2e%2e/env', '/healthcare/env', '/env;/health'])(
    'is not sent to %s',
    async (healthPath) => {
      const { port, told } = await web('{"status":"UP"}');
      const url = `http://127.0.0.1:${port}`;
      const name = `path-${String(port)}`;
      await arena.admin.create(secretObject(name, { username: 'ops', password: PASSWORD, url }));
      const services = [{ name: 'core-daemon', url, healthPath, credentialsSecretRef: { name } }];
      const report = arena.report(name, { ...ONCE, services });
      // A path that the definition refuses needs no operator to stand in its way.
      const taken = await arena.admin.create(report).then(
        () => true,
        () => false,
      );
      if (taken) await arena.examined(name);
      expect(told()).not.toMatch(/authorization/i);
      expect((await arena.status(name))?.verdict).not.toBe('Healthy');
    },
  );

  test('is sent to health', async () => {
    const { port, told } = await web('{"status":"UP"}');
    const url = `http://127.0.0.1:${port}`;
    await arena.admin.create(secretObject('path-well', { username: 'ops', password: PASSWORD, url }));
    await examined('path-well', {
      services: [{ name: 'core-daemon', url, credentialsSecretRef: { name: 'path-well' } }],
    });
    expect(told()).toContain(`Basic ${Buffer.from(`ops:${PASSWORD}`).toString('base64')}`);
  });
});

describe('a request signed with a Secret that names its endpoint', () => {
  test.each([
    ['endpoint', (port: number) => `https://127.0.0.1:${port}`],
    ['S3_ENDPOINT', () => 'http://127.0.0.1'],
    ['s3EndpointUrl', () => 'http://minio.example:9000'],
    ['endpoint', (port: number) => `http://key:secret@minio.example:${port}`],
  ])('(%s) is not sent to another one', async (key, named) => {
    const { port, told } = await web('{}');
    const name = `signed-${String(port)}`;
    const data = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: PASSWORD, [key]: named(port) };
    await arena.admin.create(secretObject(name, data));
    const at = { endpoint: `http://127.0.0.1:${port}`, credentialsSecretRef: { name } };
    const status = await examined(name, {
      buckets: [{ name: 'b', bucket: 'circuits', ...at }],
      keys: [{ name: 'k', kms: { keyId: 'x', ...at } }],
    });
    expect(told()).toBe('');
    expect(status.verdict).not.toBe('Healthy');
  });
});

describe("the operator's own endpoints", () => {
  test.each(['/gate/recognize/of-somebody-else', '/metrics'])('tell a report nothing of others at %s', async (path) => {
    await arena.admin.create(arena.report('of-somebody-else', ONCE)).catch(() => undefined);
    const url = `http://127.0.0.1:${operator.port()}`;
    const name = `inward${path.replaceAll('/', '-')}`;
    const status = await examined(name, { services: [{ name: 'core-daemon', url, healthPath: path }] });
    expect(faultOf(status, 'core-daemon/health')).toBeDefined();
    const [{ message = '' } = {}] = (status.checks ?? []).filter(({ id }) => id === 'core-daemon/health');
    expect(message).toContain('403');
    expect(message.replace(path, '')).not.toMatch(/of-somebody-else|recognize_health_|verdict/i);
  });
});

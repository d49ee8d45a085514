// What the author of a report cannot make the operator do, whatever the spec says. docs/security.md makes these claims.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateReport } from '../../../src/api/validate.ts';
import type { Resolver } from '../../../src/clients/resolver.ts';
import { loadAccess } from '../../../src/kube/access.ts';
import { createKubeApi, type KubeApi } from '../../../src/kube/call.ts';
import { policyRules } from '../../../tools/packaging/roles.ts';
import { pathOf, RULES } from '../../../src/kube/rules.ts';
import { namespaceSecrets } from '../../../src/kube/secrets.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { kubeconfigText } from '../../stack/apiserver/kubeconfig.ts';
import { startSwitchedServer, type SwitchedServer } from '../../stack/switched-server.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { listen } from '../clients/listener.ts';
import { withAmbient } from '../clients/aws-access.ts';
import { examineSpec } from './examine.ts';

const PASSWORD = 'correct-horse-battery-staple';
const NEVER = new AbortController().signal;

const bucket = (changes: object): object => ({ name: 'b', bucket: 'circuits', ...changes });
const byHost = (host: string, changes: object = {}): object => ({
  name: 'd',
  host,
  database: 'x',
  credentialsSecretRef: { name: 's' },
  tls: { mode: 'Disable' },
  ...changes,
});
const CREDENTIALS = {
  's/username': 'app',
  's/password': PASSWORD,
  's/accessKeyId': 'AKIDEXAMPLE',
  's/secretAccessKey': 'SECRETEXAMPLE',
};

describe('a forbidden address is not visited', () => {
  const HOSTS = [
    '169.254.169.254',
    '169.254.170.2',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '100.100.100.200',
    '0.0.0.0',
    '[::]',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    'metadata.google.internal',
    'METADATA.google.internal.',
  ] as const;
  /** What a URL parser makes of a spelling, PostgreSQL's client must not: it asks for a name, which is no address. */
  const bare = (host: string): string => host.replace(/^\[|\]$/g, '');
  const nowhere: Resolver = (host) => Promise.reject(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }));

  it.each(HOSTS)('%s, for a service, a database, a bucket or a key', async (host) => {
    const { faults } = await examineSpec(
      {
        services: [{ name: 'core-daemon', url: `http://${host}/latest` }],
        databases: [byHost(bare(host)), { name: 'u', urlSecretRef: { name: 's', key: 'url' } }],
        buckets: [bucket({ endpoint: `http://${host}`, credentialsSecretRef: { name: 's' } })],
        keys: [{ name: 'k', kms: { keyId: 'x', endpoint: `http://${host}`, credentialsSecretRef: { name: 's' } } }],
      },
      { ...CREDENTIALS, 's/url': `postgres://app:${PASSWORD}@${host}/x` },
      nowhere,
    );
    const spelled = /^(?:[0-9]+|0x.*|0[0-9]+\..*|169\.254\.[0-9]+)$/.test(host);
    const ofDatabase = spelled ? 'DatabaseAddressUnresolved' : 'AddressForbidden';
    expect(faults).toMatchObject({
      'core-daemon/health': 'AddressForbidden',
      'database/d/connect': ofDatabase,
      'database/u/connect': ofDatabase,
      'object-storage/b/reach': 'AddressForbidden',
      'key-management/k/state': 'AddressForbidden',
    });
  });

  it.each(['169.254.169.254', 'fd00:ec2::254', 'fe80::1', '::ffff:169.254.169.254', '0.0.0.0'])(
    'by a name that resolves to %s',
    async (address) => {
      const { faults } = await examineSpec(
        {
          services: [{ name: 'core-daemon', url: 'http://innocent.example' }],
          databases: [byHost('innocent.example')],
          buckets: [bucket({ endpoint: 'http://innocent.example', credentialsSecretRef: { name: 's' } })],
          keys: [
            {
              name: 'k',
              kms: { keyId: 'x', endpoint: 'http://innocent.example', credentialsSecretRef: { name: 's' } },
            },
          ],
        },
        CREDENTIALS,
        () => Promise.resolve([address]),
      );
      expect(Object.values(faults).filter((fault) => fault === 'AddressForbidden')).toHaveLength(4);
    },
  );

  it('by a name that resolves to it the second time: what was checked is what is dialled', async () => {
    const server = await listen((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status":"UP"}'));
    let asked = 0;
    const rebinding: Resolver = () => Promise.resolve([(asked += 1) === 1 ? '127.0.0.1' : '169.254.169.254']);
    const spec = { services: [{ name: 'core-daemon', url: `http://rebind.example:${server.port}` }] };
    const first = await examineSpec(spec, {}, rebinding);
    // The first request of the run went where the name led then. Whoever asked anew got the other answer, and did not
    // go there. Nothing is asked between the check of an address and the connection to it.
    expect(first.faults).toMatchObject({ 'core-daemon/health': 'AddressForbidden' });
    expect(asked).toBeGreaterThan(1);
    expect(server.accepted()).toBe(1);
    expect((await examineSpec(spec, {}, rebinding)).faults).toMatchObject({ 'core-daemon/health': 'AddressForbidden' });
    expect(server.accepted()).toBe(1);
  });

  it.each([301, 302, 303, 307, 308])('by a redirect (%i), which nobody follows', async (status) => {
    const elsewhere = await listen((socket) => socket.end());
    const server = await listen((socket) =>
      socket.on('data', () => {
        const head = `HTTP/1.1 ${status} Moved\r\nLocation: http://127.0.0.1:${elsewhere.port}/\r\nx-amz-bucket-region: eu-west-1`;
        socket.end(`${head}\r\nContent-Length: 0\r\n\r\n`);
      }),
    );
    const at = { endpoint: `http://127.0.0.1:${server.port}`, credentialsSecretRef: { name: 's' } };
    await examineSpec(
      {
        services: [{ name: 'core-daemon', url: `http://127.0.0.1:${server.port}` }],
        buckets: [bucket(at)],
        keys: [{ name: 'k', kms: { keyId: 'x', ...at } }],
      },
      CREDENTIALS,
    );
    expect(server.accepted()).toBeGreaterThan(3);
    expect(elsewhere.accepted()).toBe(0);
  });
});

describe('a password does not reach a server of the author', () => {
  const message = (type: string, ...bytes: readonly (number | string)[]): Buffer => {
    const body = Buffer.concat(
      bytes.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  const CLEARTEXT = message('R', 0, 0, 0, 3);
  const MD5 = message('R', 0, 0, 0, 5, 1, 2, 3, 4);
  const authority = createAuthority();
  const leaf = authority.issue({ commonName: 'evil', hosts: ['127.0.0.1'] });

  /** A server that takes any TLS, asks for a password in its way, and keeps all that it is told. */
  async function impostor(request: Buffer): Promise<{ port: number; told: () => string }> {
    const { TLSSocket } = await import('node:tls');
    let decrypted = '';
    const server = await listen((socket) => {
      socket.once('data', (chunk: Buffer) => {
        if (chunk.length !== 8) {
          socket.write(request);
          return;
        }
        socket.write('S');
        socket.removeAllListeners('data');
        const secured = new TLSSocket(socket, { isServer: true, key: leaf.keyPem, cert: leaf.certPem });
        secured.on('error', () => undefined);
        secured.on('data', (data: Buffer) => {
          decrypted += data.toString('latin1');
          secured.write(request);
        });
      });
    });
    return { port: server.port, told: () => server.received() + decrypted };
  }

  const WAYS = [
    ['without TLS', { tls: { mode: 'Disable' } }],
    ['under any certificate', { tls: { mode: 'Require' } }],
    ["under the author's own authority", { tls: { mode: 'VerifyCA', caSecretRef: { name: 'mine', key: 'ca' } } }],
    ["under the author's own certificate", { tls: { mode: 'VerifyFull', caSecretRef: { name: 'mine', key: 'ca' } } }],
  ] as const;

  describe.each([
    ['in the clear', CLEARTEXT],
    ['as MD5', MD5],
  ])('that asks for it %s', (_, request) => {
    it.each(WAYS)('%s', async (_way, tls) => {
      const { port, told } = await impostor(request);
      const { faults } = await examineSpec(
        { databases: [byHost('127.0.0.1', { port, ...tls })] },
        { ...CREDENTIALS, 'mine/ca': authority.caPem },
      );
      expect(faults).toMatchObject({ 'database/d/connect': 'DatabaseCleartextRefused' });
      expect(told()).toContain('recognize-health');
      expect(told()).not.toMatch(/correct-horse|md5[0-9a-f]{32}/);
    });

    it("by a URL of the author's beside the credentials of another Secret", async () => {
      const { port, told } = await impostor(request);
      const database = {
        name: 'd',
        urlSecretRef: { name: 'mine', key: 'url' },
        credentialsSecretRef: { name: 's' },
        tls: { mode: 'VerifyFull', caSecretRef: { name: 'mine', key: 'ca' } },
      };
      const { faults } = await examineSpec(
        { databases: [database] },
        { ...CREDENTIALS, 'mine/ca': authority.caPem, 'mine/url': `postgres://127.0.0.1:${port}/x` },
      );
      expect(faults).toMatchObject({ 'database/d/connect': 'DatabaseCleartextRefused' });
      expect(told()).not.toMatch(/correct-horse|md5[0-9a-f]{32}/);
    });

    it('but does reach the one that its own Secret names, under a verified certificate', async () => {
      const { port, told } = await impostor(request);
      await examineSpec(
        { databases: [byHost('127.0.0.1', { port, ...WAYS[3][1] })] },
        { ...CREDENTIALS, 's/host': '127.0.0.1', 's/port': String(port), 'mine/ca': authority.caPem },
      );
      expect(told()).toMatch(/correct-horse|md5[0-9a-f]{32}/);
    });
  });

  it('as a secret access key: a request is signed with it and does not hold it', async () => {
    const server = await listen((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n')),
    );
    const at = { endpoint: `http://127.0.0.1:${server.port}`, credentialsSecretRef: { name: 's' } };
    await examineSpec({ buckets: [bucket(at)], keys: [{ name: 'k', kms: { keyId: 'x', ...at } }] }, CREDENTIALS);
    expect(server.received()).toContain('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/');
    expect(server.received()).not.toContain('SECRETEXAMPLE');
  });

  it("as the operator's own AWS identity: a server that a report names is not asked at all", async () => {
    const server = await listen((socket) => socket.end());
    const endpoint = `http://127.0.0.1:${server.port}`;
    const principal = {
      accessKeyId: 'AKIDOPERATOR',
      secretAccessKey: 'x',
      name: 'o',
      arn: 'arn:x',
      allow: [],
      deny: [],
    };
    const { faults, status } = await withAmbient(principal, () =>
      examineSpec({ buckets: [bucket({ endpoint })], keys: [{ name: 'k', kms: { keyId: 'x', endpoint } }] }),
    );
    expect(faults).toMatchObject({
      'object-storage/b/reach': 'CheckerNotAuthorized',
      'key-management/k/state': 'CheckerNotAuthorized',
    });
    expect(status.checks?.find(({ id }) => id === 'key-management/k/state')?.message).toContain(
      'give credentialsSecretRef',
    );
    expect(server.accepted()).toBe(0);
  });
});

describe('what goes out as it is looks like what its key claims', () => {
  const VALUE = 'pl4nted secret';
  const silent = (socket: Socket): void => void socket.on('data', () => socket.end('HTTP/1.1 403 No\r\n\r\n'));

  it.each([
    ['with a blank', VALUE, 'key username of Secret s does not look like a user name'],
    ['with a quote', 'pl4nted"secret', 'key username of Secret s does not look like a user name'],
    ['with a line break', 'app\npl4nted-secret', 'the user name of database d has a line break'],
    ['of more than 63 bytes', 'pl4nted-secret'.repeat(5), 'key username of Secret s does not look like a user name'],
    ['of nothing', '\n', 'the user name of database d has a line break'],
  ])('a user name %s is not sent', async (_, username, why) => {
    const server = await listen(silent);
    const { faults, status } = await examineSpec(
      { databases: [byHost('127.0.0.1', { port: server.port })] },
      { ...CREDENTIALS, 's/username': username },
    );
    expect(faults).toMatchObject({ 'database/d/connect': 'TargetInvalid' });
    expect(JSON.stringify(status)).toContain(why);
    expect(`${JSON.stringify(status)}${server.received()}`).not.toMatch(/pl4nted/);
  });

  it.each([
    ['an access key id with a blank', { 's/accessKeyId': VALUE }, 'an access key id'],
    ['an access key id like a key', { 's/accessKeyId': 'pl4ntedXsecretXpl4ntedXsecretXpl4nted' }, 'an access key id'],
    ['a session token beside a lasting key id', { 's/sessionToken': 'pl4ntedXsecretXpl4nted' }, 'a session token'],
    [
      'a session token of words',
      { 's/accessKeyId': 'ASIAIOSFODNN7EXAMPLE', 's/sessionToken': `${VALUE} of some length` },
      'a session token',
    ],
  ])('%s is not sent', async (_, changes, what) => {
    const server = await listen(silent);
    const credentialsSecretRef = {
      name: 's',
      ...('s/sessionToken' in changes ? { sessionTokenKey: 'sessionToken' } : {}),
    };
    const at = { endpoint: `http://127.0.0.1:${server.port}`, credentialsSecretRef };
    const { faults, status } = await examineSpec(
      { buckets: [bucket(at)], keys: [{ name: 'k', kms: { keyId: 'x', ...at } }] },
      { ...CREDENTIALS, ...changes },
    );
    expect(faults).toMatchObject({
      'object-storage/b/reach': 'TargetInvalid',
      'key-management/k/state': 'TargetInvalid',
    });
    expect(JSON.stringify(status)).toContain(`does not look like ${what}`);
    expect(server.accepted()).toBe(0);
    expect(JSON.stringify(status)).not.toMatch(/pl4nted/);
  });
});

describe("another namespace's Secret is out of reach", () => {
  const OUTSIDE = [
    '../kube-system/x',
    'kube-system/x',
    '..',
    '.',
    'x/../../y',
    '/x',
    'x%2Fy',
    'x?y',
    'x#y',
    'X',
    'x y',
    'x\n',
  ];
  const REFERENCES: readonly (readonly [string, (name: string) => object])[] = [
    [
      'services[].tls.caSecretRef',
      (name) => ({ services: [{ name: 'core-daemon', tls: { caSecretRef: { name, key: 'k' } } }] }),
    ],
    [
      'services[].tls.certSecretRef',
      (name) => ({ services: [{ name: 'core-daemon', tls: { certSecretRef: { name } } }] }),
    ],
    [
      'services[].credentialsSecretRef',
      (name) => ({ services: [{ name: 'core-daemon', credentialsSecretRef: { name } }] }),
    ],
    ['databases[].urlSecretRef', (name) => ({ databases: [{ name: 'd', urlSecretRef: { name, key: 'k' } }] })],
    ['databases[].credentialsSecretRef', (name) => ({ databases: [byHost('h', { credentialsSecretRef: { name } })] })],
    [
      'databases[].tls.caSecretRef',
      (name) => ({ databases: [byHost('h', { tls: { caSecretRef: { name, key: 'k' } } })] }),
    ],
    [
      'databases[].tls.clientCertificateSecretRef',
      (name) => ({ databases: [byHost('h', { tls: { clientCertificateSecretRef: { name } } })] }),
    ],
    ['buckets[].credentialsSecretRef', (name) => ({ buckets: [bucket({ credentialsSecretRef: { name } })] })],
    ['buckets[].caSecretRef', (name) => ({ buckets: [bucket({ caSecretRef: { name, key: 'k' } })] })],
    [
      'keys[].kms.credentialsSecretRef',
      (name) => ({ keys: [{ name: 'k', kms: { keyId: 'x', credentialsSecretRef: { name } } }] }),
    ],
    [
      'keys[].kms.caSecretRef',
      (name) => ({ keys: [{ name: 'k', kms: { keyId: 'x', caSecretRef: { name, key: 'k' } } }] }),
    ],
    ['keys[].keyPair.secretRef', (name) => ({ keys: [{ name: 'k', keyPair: { secretRef: { name } } }] })],
  ];
  const valid = (spec: object): boolean =>
    validateReport({ apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport', metadata: { name: 'x' }, spec }).ok;

  it('these are all the references that a spec can hold', () => {
    const fields = readFileSync(new URL('../../../docs/reference/fields.md', import.meta.url), 'utf8');
    const documented = [...fields.matchAll(/`spec\.([^`]*[sS]ecretRef)`/g)].map(([, path]) => path).sort();
    expect(REFERENCES.map(([path]) => path).sort()).toEqual(documented);
  });

  it.each(REFERENCES)('by the name in %s', (_, of) => {
    expect(valid(of('db.credentials-1'))).toBe(true);
    expect(OUTSIDE.filter((name) => valid(of(name)))).toEqual([]);
  });

  it('by a path that such a name would make, were it ever asked for', () => {
    for (const name of OUTSIDE) {
      const path = pathOf(RULES.getSecret, { namespace: 'recognize', name });
      // As any parser of URLs on the way reads it.
      expect(new URL(path, 'https://x').pathname, name).toMatch(/^\/api\/v1\/namespaces\/recognize\/secrets\/[^/]+$/);
    }
  });

  describe('with the Roles of an operator for one namespace', () => {
    let server: SwitchedServer;
    let api: KubeApi;
    const folder = mkdtempSync(join(tmpdir(), 'recognize-health-author-'));
    beforeAll(async () => {
      server = await startSwitchedServer();
      const token = server.createUser('operator', []);
      const rbac = 'rbac.authorization.k8s.io';
      const metadata = { name: 'reports', namespace: 'recognize' };
      const object = (kind: string, namespace: string): object => ({
        apiVersion: 'v1',
        kind,
        metadata: { name: 'db', namespace },
        data: { password: Buffer.from(PASSWORD).toString('base64') },
      });
      await server.seed([
        ...['recognize', 'elsewhere'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
        object('Secret', 'recognize'),
        object('Secret', 'elsewhere'),
        { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: policyRules('operator', ['reports']) },
        {
          apiVersion: `${rbac}/v1`,
          kind: 'RoleBinding',
          metadata,
          roleRef: { apiGroup: rbac, kind: 'Role', name: 'reports' },
          subjects: [{ kind: 'User', name: 'operator', apiGroup: rbac }],
        },
      ]);
      const file = join(folder, 'config');
      writeFileSync(
        file,
        kubeconfigText({ url: server.url, caPem: server.caPem, user: 'operator', token, namespace: 'recognize' }),
      );
      api = createKubeApi(createTransport(await loadAccess({ kubeconfig: file, clock: systemClock })), systemClock);
    });
    afterAll(async () => {
      await api.close();
      await server.close();
      rmSync(folder, { recursive: true });
    });

    it.each([
      ['recognize', { ok: true }],
      ['elsewhere', { ok: false, fault: { code: 'CheckerNotAuthorized' } }],
      ['kube-system', { ok: false, fault: { code: 'CheckerNotAuthorized' } }],
    ])('a Secret of %s is %j', async (namespace, expected) => {
      expect(await namespaceSecrets(api, namespace).read('db', 'password', NEVER)).toMatchObject(expected);
    });

    it('and Secrets are never listed: nothing may', () => {
      const verbs = policyRules('operator', ['reports', 'own', 'cluster'])
        .filter(({ resources }) => resources.includes('secrets'))
        .flatMap(({ verbs: granted }) => granted);
      expect(verbs).toEqual(['get']);
    });
  });
});

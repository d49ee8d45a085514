// Kubeconfigs that cannot be used: each gets one sentence that names the file and what to change, before or instead of
// a call. What the sentences do not hold is any credential.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { loadAccess } from '../../../src/kube/access.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'recognize-health-kubeconfig-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

const PASSWORD = 'correct-horse-battery';
const load = (path: string, context?: string): ReturnType<typeof loadAccess> =>
  loadAccess({ kubeconfig: path, clock: systemClock, ...(context === undefined ? {} : { context }) });

const file = (text: string): string => {
  const path = join(folder, `config-${String(Math.random()).slice(2)}`);
  writeFileSync(path, text);
  return path;
};
const config = (cluster: string, user = `token: ${PASSWORD}`): string =>
  file(`apiVersion: v1
kind: Config
current-context: here
contexts: [{ name: here, context: { cluster: one, user: me } }]
clusters: [{ name: one, cluster: { ${cluster} } }]
users: [{ name: me, user: { ${user} } }]
`);
const SERVER = "server: 'https://127.0.0.1:1'";

describe('a kubeconfig', () => {
  it.each([
    ['that is not there', () => join(folder, 'missing'), 'does not exist'],
    ['that is a folder', () => (mkdirSync(join(folder, 'a'), { recursive: true }), join(folder, 'a')), 'is a folder'],
    ['that is empty', () => file(''), 'is empty, or no kubeconfig'],
    ['that is no YAML', () => file(`users:\n  - token: ${PASSWORD}\n  clusters: [`), 'is no YAML: '],
    ['that is cut off', () => file(`users: [{ user: { token: ${PASSWORD}`), 'at line 2'],
    ['that is a list', () => file('- a'), 'has no current context; name one with --context: it has none'],
    [
      'with other types',
      () => file('current-context: c\ncontexts: hello\nclusters: 5'),
      'has no context c: it has none',
    ],
    ['whose cluster has no server', () => config(''), 'clusters[0].cluster.server is missing'],
    ['whose server is no address', () => config("server: 'over there'"), 'a server that is no https:// address'],
    ['whose server speaks another protocol', () => config("server: 'ftp://127.0.0.1'"), 'no https:// address'],
    ['whose server is in the clear', () => config("server: 'http://127.0.0.1:1'"), 'would travel in the clear'],
    ['whose proxy is no address', () => config(`${SERVER}, proxy-url: nonsense`), 'a proxy-url that is no address'],
  ])('%s is refused', async (_, path, sentence) => {
    const named = path();
    const error = await load(named).catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(Error);
    const { message } = error as Error;
    expect(message).toContain(sentence);
    expect(message).toContain(`the kubeconfig ${named} `);
    expect(message).not.toContain(PASSWORD);
  });

  it.each(['tokenFile', 'token-file'])(
    'with %s asks with what the file holds now, also beside a token',
    async (field) => {
      const path = join(folder, `token-${field}`);
      writeFileSync(path, 'first-token\n');
      const clock = virtualClock();
      const access = await loadAccess({
        kubeconfig: config(`${SERVER}, insecure-skip-tls-verify: true`, `token: old, ${field}: token-${field}`),
        clock,
      });
      expect((await access.credentials()).headers).toMatchObject({ authorization: 'Bearer first-token' });
      writeFileSync(path, 'second-token');
      await clock.advance(31_000);
      expect((await access.credentials()).headers).toMatchObject({ authorization: 'Bearer second-token' });
      for (const bad of ['', 'two\nlines']) {
        writeFileSync(path, bad);
        await clock.advance(31_000);
        await expect(access.credentials()).rejects.toThrow(`token-${field} holds no token`);
      }
      rmSync(path);
      await clock.advance(31_000);
      await expect(access.credentials()).rejects.toThrow('cannot be read (ENOENT)');
    },
  );

  it.each(['as: root', 'as-groups: [system:masters]', 'as-uid: "0"', 'as-user-extra: { a: [b] }'])(
    'that sets %s is refused by that name',
    async (field) => {
      await expect(load(config(SERVER, field))).rejects.toThrow(`sets ${field.split(':')[0] ?? ''} for the user me`);
    },
  );

  it('without the context that was asked for is refused with those that it has', async () => {
    await expect(load(config(SERVER), 'there')).rejects.toThrow('has no context there: it has here');
  });

  it('that nobody named and nobody made is said to be missing', async () => {
    vi.stubEnv('KUBECONFIG', undefined);
    vi.stubEnv('HOME', folder);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
    await expect(loadAccess({ clock: systemClock, context: 'here' })).rejects.toThrow(
      'no kubeconfig was found, and this is no pod',
    );
  });

  it.each([
    ['a plugin that is not installed', SERVER, plugin('no-such-credential-plugin'), 'is not installed'],
    ['a plugin that fails', SERVER, plugin('false'), 'the credential plugin false failed'],
    ['a CA file that is not there', `${SERVER}, certificate-authority: /nonexistent/ca`, '', '/nonexistent/ca'],
    ['certificates that are none', SERVER, 'client-certificate-data: AAAA, client-key-data: AAAA', 'is no PEM'],
  ])('with %s cannot make credentials', async (_, cluster, user, sentence) => {
    const access = await load(config(cluster, user));
    await expect(access.credentials()).rejects.toThrow(sentence);
  });

  it('that is whole gives its server, its namespace and its token', async () => {
    const access = await load(config(SERVER));
    expect([access.origin, access.namespace]).toEqual(['https://127.0.0.1:1', 'default']);
    expect((await access.credentials()).headers).toEqual({ authorization: `Bearer ${PASSWORD}` });
  });
});

function plugin(command: string): string {
  return `exec: { apiVersion: client.authentication.k8s.io/v1, command: '${command}', interactiveMode: Never }`;
}

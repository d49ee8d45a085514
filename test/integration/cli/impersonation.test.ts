// As whom a verb asks: what goes over the wire when kubectl's flags stand before the verb or behind it.
import { expect, it, onTestFinished } from 'vitest';
import { answer, startStub, status, type Stub } from '../../unit/kube/api-server-stub.ts';
import { command } from '../gate/command.ts';

async function stub(): Promise<Stub> {
  const made = await startStub((_request, response) => answer(response, 403, status(403, 'Forbidden')));
  onTestFinished(() => made.close());
  return made;
}

it.each([
  [
    'before the verb',
    (file: string) => ['--kubeconfig', file, '--as', 'jane', '--as-group=a', '--as-group', 'b', '-n', 'x', 'status'],
  ],
  [
    'behind the verb',
    (file: string) => ['status', '-n', 'x', '--as=jane', '--as-group', 'a', '--as-group=b', '--kubeconfig', file],
  ],
])('--as and its groups %s are sent with every call', async (_, argv) => {
  const { kubeconfig, requests } = await stub();
  expect((await command(...argv(kubeconfig))).code).toBe(2);
  expect(requests.map(({ line }) => line)).toContainEqual(expect.stringContaining('/namespaces/x/healthreports'));
  for (const { headers } of requests)
    expect([headers['impersonate-user'], headers['impersonate-group']]).toEqual(['jane', 'a, b']);
});

it('without --as nobody is impersonated', async () => {
  const { kubeconfig, requests } = await stub();
  await command('status', '--kubeconfig', kubeconfig);
  expect(requests.length).toBeGreaterThan(0);
  for (const { headers } of requests) expect(Object.keys(headers).join()).not.toContain('impersonate');
});

it('--request-timeout ends the wait for one answer', async () => {
  const made = await startStub(() => undefined);
  onTestFinished(() => made.close());
  const { code, err } = await command('run', 'prod', '--kubeconfig', made.kubeconfig, '--request-timeout', '1s');
  expect([code, err]).toEqual([5, expect.stringContaining('no answer before the deadline')]);
});

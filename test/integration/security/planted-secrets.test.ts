// Secrets planted in every backend never leave: not into the report, Events or the log, whatever breaks.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Named } from '../../stack/admin.ts';
import { buildWhenNeeded, startOperatorProcess, type OperatorProcess } from '../../stack/operator-process.ts';
import { startStack, type Stack } from '../../stack/stack.ts';

describe('planted secrets', () => {
  let stack: Stack;
  let operator: OperatorProcess;
  const report = { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport' };
  let named: Named;

  async function runOfReport(token: string): Promise<Record<string, unknown>> {
    await stack.admin.patch(named, { metadata: { annotations: { 'recognize.health/requested-at': token } } });
    for (;;) {
      const status = (await stack.admin.get(named))?.['status'] as Record<string, unknown> | undefined;
      if (status?.['lastHandledRequest'] === token) return status;
      await sleep(100);
    }
  }

  beforeAll(async () => {
    buildWhenNeeded();
    stack = await startStack();
    named = await stack.admin.create(stack.report());
    const options = stack.watched.flatMap((namespace) => ['--namespace', namespace]);
    operator = await startOperatorProcess(stack.kubeconfig.operatorFile, stack.ambient, { options });
  });
  afterAll(async () => {
    await operator.stop();
    await stack.stop();
  });

  it('stay out of report, Events and log when a URL with userinfo is refused and a database is down', async () => {
    await runOfReport('well');
    const mend = await stack.database.stop();
    const failing = await runOfReport('down');
    expect(failing['verdict']).toBe('Failing');
    await mend();
    const { metadata } = stack.report();
    const url = `https://planted:${stack.planted[0]!}@127.0.0.1/`;
    await expect(
      stack.admin.create({
        ...report,
        metadata: { ...metadata, name: 'inline' },
        spec: { services: [{ name: 'core-daemon', url }] },
      }),
    ).rejects.toSatisfy((error: Error) => stack.planted.every((secret) => !error.message.includes(secret)));
    const events = await stack.admin.list({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      namespace: stack.namespace,
    });
    expect(events.length).toBeGreaterThan(0);
    const said = [JSON.stringify(await stack.admin.get(named)), JSON.stringify(events), operator.log()].join('\n');
    expect(stack.planted.length).toBeGreaterThan(3);
    expect(stack.planted.filter((secret) => said.includes(secret))).toEqual([]);
  });
});

// Verbs end, and with their own exit code: whatever a credential endpoint does (one that accepts and never answers held
// `check` for five minutes), and when nobody reads what they say.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { BUNDLE } from '../../stack/operator-process.ts';
import { listen } from '../clients/listener.ts';

it('ends when the endpoint that gives credentials accepts and never answers, and says so', async () => {
  const silent = await listen(() => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'check-ends-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.yaml');
  writeFileSync(
    file,
    stringify({
      apiVersion: 'recognize.health/v1alpha1',
      kind: 'HealthReport',
      metadata: { name: 'recognize', namespace: 'recognize' },
      spec: { timeout: '10s', buckets: [{ name: 'circuits', bucket: 'circuits', region: 'eu-west-1' }] },
    }),
  );
  const run = spawn(process.execPath, [BUNDLE, 'check', '-f', file, '--offline', '-o', 'json'], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${silent.port}/credentials`,
    },
  });
  onTestFinished(() => void run.kill('SIGKILL'));
  let out = '';
  run.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const code = await new Promise((resolve) => run.once('close', resolve));
  expect(silent.accepted(), out).toBeGreaterThan(0);
  expect(code).not.toBe(0);
  expect(out).toContain('CheckerNotAuthorized');
  expect(out).toContain("no AWS credentials of the operator's own could be had");
});

it.each(['stdout', 'stderr'] as const)('is no pass when its reader goes away before it speaks (%s)', async (stream) => {
  const run = spawn(process.execPath, [BUNDLE, 'gate', 'prod', '-o', 'html', '--kubeconfig', '/no/such/kubeconfig']);
  onTestFinished(() => void run.kill('SIGKILL'));
  run[stream].destroy();
  expect(await new Promise((resolve) => run.once('close', resolve))).toBe(2);
});

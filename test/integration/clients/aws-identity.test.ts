// The operator's own AWS identity under an authority that a report names. AWS's names for endpoints in a VPC lead to
// addresses of whoever made the endpoint, so a name of AWS is no proof of who answers: its certificate is.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { AwsAccess } from '../../../src/facts/target.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { PATIENT, withAmbient } from './aws-access.ts';
import { listen } from './listener.ts';

const OPERATOR = { accessKeyId: 'AKIAOPERATORSOWN0000', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCY' };
const authority = createAuthority('of the report');

/** Asks S3 and KMS at this host, under the report's authority; every name and port leads to a server that it certified. */
async function askedAt(host: string, endpoint: string | undefined, environment: NodeJS.ProcessEnv = {}) {
  const leaf = authority.issue({ commonName: host, hosts: [host] });
  const options = { key: leaf.keyPem, cert: leaf.certPem };
  const server = await listen((socket) => socket.on('data', () => socket.end('HTTP/1.1 403 No\r\n\r\n')), options);
  const dial = createDial(() => Promise.resolve(['127.0.0.1']));
  const clients = {
    dial: (target, signal) => dial({ ...target, port: server.port }, signal),
    againMs: 0,
    environment,
  } as const satisfies Parameters<typeof createS3Client>[0];
  const access: AwsAccess = {
    region: 'eu-west-1',
    ...(endpoint === undefined ? {} : { endpoint }),
    ca: authority.caPem,
    credentials: { source: 'ambient' },
  };
  const [s3, kms] = [createS3Client(clients), createKmsClient(clients)];
  const answers = await withAmbient(OPERATOR, async () => [
    await s3.head(access, 'circuits', true, PATIENT),
    await kms.describe(access, 'alias/x', PATIENT),
  ]);
  s3.destroy();
  kms.destroy();
  return { received: server.received(), answers };
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recognize-health-roots-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("the operator's own identity, under an authority of the report", () => {
  it.each([
    ['vpce-0a1b-2c3d.s3.eu-west-1.vpce.amazonaws.com', 'https://vpce-0a1b-2c3d.s3.eu-west-1.vpce.amazonaws.com'],
    ['s3.amazonaws.com', 'https://s3.amazonaws.com'],
    ['s3.eu-west-1.amazonaws.com', undefined],
  ])('is not shown to whoever answers as %s', async (host, endpoint) => {
    const { received, answers } = await askedAt(host, endpoint);
    expect(received).toBe('');
    expect(answers).toEqual(
      Array(2).fill({
        ok: false,
        fault: {
          code: 'CheckerNotAuthorized',
          detail: expect.stringContaining('no authority of a report says') as string,
        },
      }),
    );
  });

  it('is shown to AWS, which the operator knows without it', async () => {
    const host = 's3.eu-west-1.amazonaws.com';
    const known = createAuthority('of the system');
    const leaf = known.issue({ commonName: host, hosts: [host] });
    const server = await listen((socket) => socket.on('data', () => socket.end('HTTP/1.1 403 No\r\n\r\n')), {
      key: leaf.keyPem,
      cert: leaf.certPem,
    });
    const roots = join(await temporaryFolder(), 'roots.pem');
    await writeFile(roots, known.caPem);
    // Node reads its roots when it starts.
    await promisify(execFile)(
      process.execPath,
      [
        '--import',
        'tsx',
        fileURLToPath(new URL('ask-as-operator.ts', import.meta.url)),
        String(server.port),
        authority.caPem,
      ],
      {
        env: {
          PATH: process.env['PATH'],
          NODE_EXTRA_CA_CERTS: roots,
          AWS_ACCESS_KEY_ID: OPERATOR.accessKeyId,
          AWS_SECRET_ACCESS_KEY: OPERATOR.secretAccessKey,
        },
      },
    );
    expect(server.received()).toContain(OPERATOR.accessKeyId);
  });

  it("is shown to the store that the operator's environment names", async () => {
    const { received } = await askedAt('store.example', 'https://store.example', {
      AWS_ENDPOINT_URL: 'https://store.example',
    });
    expect(received).toContain(OPERATOR.accessKeyId);
  });
});

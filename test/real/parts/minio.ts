// MinIO: IAM, STS, TLS and quotas. It takes minutes to build, so it is there when it is asked for: `--minio`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basicFormat, sha256, signatureOf } from '../../stack/aws/signature-v4.ts';
import { findFreePort } from '../../stack/free-port.ts';
import { goBuild } from '../bed/go.ts';
import { builtFolder } from '../bed/keep.ts';
import { answers, startProgram } from '../bed/process.ts';
import type { ObjectStore } from './object-stores.ts';

/** The day of its last published commit; it has no release of that name. */
const VERSION = '2026-02-12';
const HOST = '127.0.0.1';
const REGION = 'eu-west-1';

export const MINIO = goBuild({
  name: 'minio',
  version: VERSION,
  module: join(import.meta.dirname, '../minio'),
  programs: { minio: 'github.com/minio/minio' },
});

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface Minio extends ObjectStore {
  /** A session of AssumeRole that may do what these statements of a policy allow, and no more. */
  assumeRole(...statements: readonly object[]): Promise<Session>;
  /** The most that a bucket may hold, in bytes. */
  setQuota(bucket: string, bytes: number): Promise<void>;
}

/** Starts it on one folder of its own; with `tls` it speaks TLS alone. */
export async function startMinio(tls?: { certPem: string; keyPem: string }): Promise<Minio> {
  const folder = mkdtempSync(join(tmpdir(), 'minio-'));
  const [certificates, data] = ['certs', 'data'].map((name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  }) as [string, string];
  if (tls !== undefined) {
    writeFileSync(join(certificates, 'public.crt'), tls.certPem);
    writeFileSync(join(certificates, 'private.key'), tls.keyPem, { mode: 0o600 });
  }
  const [port, console] = [await findFreePort([HOST]), await findFreePort([HOST])];
  const url = `${tls === undefined ? 'http' : 'https'}://${HOST}:${port}`;
  const root = { accessKeyId: 'root-of-minio', secretAccessKey: 'secret-of-minio' };
  const program = await startProgram({
    part: `MinIO ${VERSION}`,
    program: join(builtFolder(MINIO), 'minio'),
    args: [
      ...['server', '--address', `${HOST}:${port}`, '--console-address', `${HOST}:${console}`],
      ...['--certs-dir', certificates, data],
    ],
    env: {
      HOME: folder,
      MINIO_ROOT_USER: root.accessKeyId,
      MINIO_ROOT_PASSWORD: root.secretAccessKey,
      MINIO_SITE_REGION: REGION,
      MINIO_UPDATE: 'off',
    },
    isReady: (said) => (tls === undefined ? answers(`${url}/minio/health/ready`) : /^API: https/m.test(said)),
  });
  const send = (ask: Asked): Promise<string> => askSigned(url, root, ask);
  return {
    version: `MinIO ${VERSION}`,
    url,
    region: REGION,
    root,
    async assumeRole(...Statement) {
      const policy = JSON.stringify({ Version: '2012-10-17', Statement });
      const form = { Action: 'AssumeRole', Version: '2011-06-15', DurationSeconds: '900', Policy: policy };
      const body = new URLSearchParams(form).toString();
      const answer = await send({ service: 'sts', method: 'POST', path: '/', body });
      const field = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(answer)?.[1] ?? '';
      return {
        accessKeyId: field('AccessKeyId'),
        secretAccessKey: field('SecretAccessKey'),
        sessionToken: field('SessionToken'),
      };
    },
    async setQuota(bucket, bytes) {
      const body = JSON.stringify({ quota: bytes, size: bytes, quotatype: 'hard' });
      const path = '/minio/admin/v3/set-bucket-quota';
      await send({ service: 's3', method: 'PUT', path, query: [['bucket', bucket]], body });
    },
    async stop() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Asked {
  readonly service: 's3' | 'sts';
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly query?: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Asks by hand what no SDK of ours can: STS and MinIO's own administration. */
async function askSigned(url: string, root: ObjectStore['root'], asked: Asked): Promise<string> {
  const { service, method, path, query = [], body } = asked;
  const at = basicFormat(new Date());
  const hash = sha256(body);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    host: new URL(url).host,
    'x-amz-content-sha256': hash,
    'x-amz-date': at,
  };
  const scope = { date: at.slice(0, 8), region: REGION, service, signedHeaders: Object.keys(headers) };
  const wire = { method, rawPath: path, query, headers };
  const signature = signatureOf(wire, scope, root.secretAccessKey, hash).toString('hex');
  const authorization = [
    `AWS4-HMAC-SHA256 Credential=${root.accessKeyId}/${scope.date}/${REGION}/${service}/aws4_request`,
    `SignedHeaders=${scope.signedHeaders.join(';')}`,
    `Signature=${signature}`,
  ].join(', ');
  const search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString();
  const answer = await fetch(`${url}${path}?${search}`, { method, headers: { ...headers, authorization }, body });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`MinIO answered ${method} ${path} with ${answer.status}: ${said}`);
  return said;
}

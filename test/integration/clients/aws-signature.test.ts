// What is signed for one endpoint is of no use at another: the host is part of every signature, it is the host that the
// request goes to, and nothing that a spec or a server says moves it elsewhere.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDial, type Dial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { AwsAccess } from '../../../src/facts/target.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { cases } from '../../support/cases.ts';
import { PATIENT } from './aws-access.ts';
import { listen, type Listener } from './listener.ts';

const NAME = 'store.example';

/** What the spec's own patterns let through, the shapes that mean something else to AWS among it. */
const region = fc.oneof(
  fc.stringMatching(/^[a-z0-9-]{1,20}$/),
  fc.constantFrom('us-east-1', 'aws-global', 'cn-north-1', 'us-gov-west-1', 'fips-us-east-1', 's3-external-1'),
);
const bucket = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-z0-9._-]{1,30}[a-z0-9]$/),
  fc.constantFrom('evil.example.com', 's3.amazonaws.com', 'b--use1-az4--x-s3', 'b-s3alias', 'mrap.accesspoint'),
);
const keyId = fc.constantFrom(
  'alias/x',
  'arn:aws:kms:eu-west-1:111122223333:key/1',
  'arn:aws:kms:evil.example.com:111122223333:key/1',
);

/** Every name leads to the listener; what was dialled is noted. */
function noting(dialled: string[]): Dial {
  const dial = createDial(() => Promise.resolve(['127.0.0.1']));
  return (target, signal) => {
    dialled.push(target.host);
    return dial(target, signal);
  };
}

function answering(answer: string): Promise<Listener> {
  return listen((socket) => socket.on('data', () => socket.end(answer)));
}

const credentials = {
  source: 'own',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
} as const;

interface Sent {
  readonly host: string;
  readonly signed: readonly string[];
}

function requestsIn(received: string): readonly Sent[] {
  return received
    .split(/(?=^(?:GET|HEAD|PUT|POST|DELETE) )/m)
    .filter((request) => /^authorization: AWS4/im.test(request))
    .map((request) => ({
      host: /^host: (.*?)\r?$/im.exec(request)?.[1] ?? '',
      signed: (/SignedHeaders=([^,]+)/.exec(request)?.[1] ?? '').split(';'),
    }));
}

describe('a request of ours', () => {
  it('is signed for the host that it goes to, whatever region, bucket and key are', async () => {
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(region, bucket, keyId, fc.boolean(), async (at, name, key, pathStyle) => {
        const server = await answering('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        const dialled: string[] = [];
        const options = { dial: noting(dialled), againMs: 0 };
        const access: AwsAccess = { region: at, endpoint: `http://${NAME}:${server.port}`, credentials };
        const s3 = createS3Client(options);
        const kms = createKmsClient(options);
        await s3.head(access, name, pathStyle, PATIENT);
        await s3.roundTrip(access, name, pathStyle, PATIENT);
        await kms.describe(access, key, PATIENT);
        s3.destroy();
        kms.destroy();
        const own = new Set([NAME, `${name}.${NAME}`]);
        expect(dialled.filter((host) => !own.has(host))).toEqual([]);
        for (const { host, signed } of requestsIn(server.received())) {
          expect(own).toContain(host.replace(`:${server.port}`, ''));
          expect(signed).toContain('host');
        }
        // Some regions and buckets are refused by the SDK itself, and nothing is sent then.
        sent += requestsIn(server.received()).length;
      }),
      cases(25),
    );
    expect(sent).toBeGreaterThan(50);
  });

  it.each([301, 302, 307, 308])('is not repeated elsewhere when an answer of %i says so', async (status) => {
    const other = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    const server = await answering(
      `HTTP/1.1 ${status} Moved\r\nLocation: http://other.example:${other.port}/\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    const dialled: string[] = [];
    const s3 = createS3Client({ dial: noting(dialled), againMs: 0 });
    const access: AwsAccess = { region: 'us-east-1', endpoint: `http://${NAME}:${server.port}`, credentials };
    await s3.head(access, 'circuits', true, PATIENT);
    s3.destroy();
    expect(new Set(dialled)).toEqual(new Set([NAME]));
    expect(other.accepted()).toBe(0);
  });
});

// Whatever another side answers, a client comes back with an outcome: it throws nothing, and what it says is one of our
// faults. Arbitrary bytes, arbitrary HTTP, and answers that are nearly right, which reach deepest.
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_CODES } from '../../../src/api/faults.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createHttpClient } from '../../../src/clients/http.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createPostgresClient } from '../../../src/clients/postgres.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { AwsAccess, DatabaseConnection } from '../../../src/facts/target.ts';
import type { Outcome } from '../../../src/facts/outcome.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { cases } from '../../support/cases.ts';
import { within } from './aws-access.ts';
import { listen } from './listener.ts';

const RUNS = cases(40);
/** Who only keeps still is ended by the deadline; nothing here needs longer. */
const soon = (): AbortSignal => within(1_000);

const bytes = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets));
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', 'null', '-1', '1e400', '\u0000'),
);

const element: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      'Error',
      'Code',
      'ListBucketResult',
      'Name',
      'KeyCount',
      'Contents',
      'VersioningConfiguration',
      'Status',
      'ServerSideEncryptionConfiguration',
      'Rule',
      'ApplyServerSideEncryptionByDefault',
      'SSEAlgorithm',
      'ObjectLockConfiguration',
      'DefaultRetention',
      '__proto__',
      'constructor',
    ),
    fc.array(word, { maxLength: 3 }),
    fc.array(fc.constantFrom('<Name/>', '<Code>X</Code>', '<Status>Off</Status>', '<Rule><a/></Rule>'), {
      maxLength: 3,
    }),
  )
  .map(([name, texts, inner]) => `<${name}>${texts.join('')}${inner.join('')}</${name}>`);
const xml = fc
  .tuple(element, element)
  .map(([outer, inner]) => `<?xml version="1.0"?>${outer.replace('</', `${inner}</`)}`);

const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc
    .record(
      {
        KeyMetadata: fc.oneof(
          fc.anything({ maxDepth: 1 }),
          fc.record(
            {
              KeyId: fc.anything(),
              KeyState: fc.anything(),
              DeletionDate: fc.anything(),
              SigningAlgorithms: fc.anything(),
            },
            { requiredKeys: [] },
          ),
        ),
        PublicKey: fc.oneof(fc.base64String(), fc.anything({ maxDepth: 1 })),
        Signature: fc.oneof(fc.base64String(), fc.anything({ maxDepth: 1 })),
        __type: word,
        message: word,
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
);

const http = fc
  .record({
    status: fc.constantFrom(100, 101, 200, 204, 206, 301, 304, 400, 403, 404, 409, 418, 429, 500, 501, 503, 599, 999),
    headers: fc.array(
      fc.constantFrom(
        'x-amz-bucket-region: ',
        'date: yesterday',
        'content-encoding: gzip',
        'transfer-encoding: chunked',
        'content-type: text/html',
        'x-amz-delete-marker: maybe',
        'retry-after: -1',
        'connection: upgrade',
      ),
      { maxLength: 3 },
    ),
    body: fc.oneof(xml, json, fc.string({ unit: 'binary', maxLength: 100 })),
    length: fc.constantFrom('right', 'short', 'long', 'none'),
  })
  .map(({ status, headers, body, length }) => {
    const size = Buffer.byteLength(body) + { right: 0, short: -1, long: 7, none: 0 }[length];
    const sized = length === 'none' ? [] : [`content-length: ${Math.max(0, size)}`];
    return Buffer.from(
      `HTTP/1.1 ${status} Some\r\n${[...headers, ...sized].map((one) => `${one}\r\n`).join('')}\r\n${body}`,
    );
  });

/** PostgreSQL's messages: a kind, a length that may lie, and what stands in them. */
const message = fc
  .record({
    kind: fc.constantFrom('R', 'E', 'N', 'v', 'S', 'K', 'Z', 'T', 'D', 'C', '1', 'x'),
    payload: fc.oneof(
      bytes,
      fc.constantFrom(
        Buffer.from([0, 0, 0, 0]),
        Buffer.from([0, 0, 0, 3]),
        Buffer.from([0, 0, 0, 5, 1, 2, 3, 4]),
        Buffer.from('\0\0\0\nSCRAM-SHA-256\0\0', 'latin1'),
        Buffer.from('\0\0\0\vr=x,s=y,i=-1', 'latin1'),
        Buffer.from('\0\0\0\fv=x', 'latin1'),
        Buffer.from('SFATAL\0C28P01\0Mno\0\0', 'latin1'),
        Buffer.from('I'),
      ),
    ),
    lie: fc.constantFrom(0, 0, 0, -5, 9, 1_000_000_000),
  })
  .map(({ kind, payload, lie }) => {
    const head = Buffer.alloc(5);
    head.write(kind, 'latin1');
    head.writeInt32BE(payload.length + 4 + lie, 1);
    return Buffer.concat([head, payload]);
  });
const postgres = fc
  .tuple(fc.constantFrom('N', 'S', ''), fc.array(message, { maxLength: 6 }))
  .map(([tls, messages]) => [Buffer.from(tls), Buffer.concat(messages)] as const);

/** Sends the answers one after the other, each when something was asked, and closes. */
function answering(answers: readonly Buffer[]): (socket: Socket) => void {
  return (socket) => {
    let at = 0;
    socket.on('data', () => {
      const answer = answers[at];
      at += 1;
      if (answer !== undefined && answer.length > 0) socket.write(answer);
      if (at >= answers.length) socket.end();
    });
  };
}

function isOutcome(outcome: Outcome<unknown>): boolean {
  return (
    outcome.ok || ((FAULT_CODES as readonly string[]).includes(outcome.fault.code) && outcome.fault.detail.length > 0)
  );
}

const credentials = {
  source: 'own',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: secret('k'.repeat(40)),
} as const;

const connectionTo = (host: string, port: number): DatabaseConnection => ({
  host,
  port,
  database: 'keylessd',
  username: 'app',
  password: secret('word'),
  namedBySecret: true,
  tls: { mode: 'Prefer' },
});

describe('whatever is answered', () => {
  it('S3 and KMS come back with an outcome of every question', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(http, http, bytes), async (answer) => {
        const { port } = await listen(answering([answer]));
        const access: AwsAccess = { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials };
        const options = { dial: createDial(), againMs: 0 };
        const [s3, kms] = [createS3Client(options), createKmsClient(options)];
        const outcomes = await Promise.all([
          s3.head(access, 'circuits', true, soon()),
          s3.list(access, 'circuits', true, soon()),
          s3.encryption(access, 'circuits', true, soon()),
          s3.versioning(access, 'circuits', true, soon()),
          s3.roundTrip(access, 'circuits', true, soon()),
          kms.describe(access, 'alias/x', soon()),
          kms.publicKey(access, 'alias/x', soon()),
          kms.dryRunSign(access, 'alias/x', 'ECDSA_SHA_256', soon()),
        ]);
        s3.destroy();
        kms.destroy();
        expect(outcomes.filter((outcome) => !isOutcome(outcome))).toEqual([]);
      }),
      RUNS,
    );
  });

  it.each([
    ['two codes', '<Error><Code>X</Code><Code>Y</Code><Message>a</Message><Message>b</Message></Error>'],
    ['a code that holds elements', '<Error><Code>X<Error></Error></Code><Code>X</Code></Error>'],
  ])('S3 that answers with %s is a fault, and no defect of ours', async (_, body) => {
    const answer = `HTTP/1.1 429 Some\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const { port } = await listen(answering([Buffer.from(answer)]));
    const access: AwsAccess = { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials };
    const s3 = createS3Client({ dial: createDial(), againMs: 0 });
    const outcome = await s3.list(access, 'circuits', true, within(60_000));
    s3.destroy();
    expect(outcome).toMatchObject({ ok: false });
    expect(isOutcome(outcome)).toBe(true);
  });

  it('PostgreSQL comes back with an outcome', async () => {
    const client = createPostgresClient(createDial(), systemClock);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          postgres,
          bytes.map((octets) => [octets] as const),
        ),
        async (answers) => {
          const { host, port } = await listen(answering(answers));
          const outcome = await client.connect(connectionTo(host, port), soon(), async (session) => ({
            asked: await session.query('SELECT 1', soon()),
            named: await session.keepsStatementName(soon()),
          }));
          expect(isOutcome(outcome)).toBe(true);
          if (outcome.ok) expect([outcome.value.asked, outcome.value.named].every(isOutcome)).toBe(true);
        },
      ),
      RUNS,
    );
  });

  it.each([
    ['an authentication that nobody knows', [0x52, 0, 0, 0, 8, 0, 0, 0, 99]],
    ['a row before any question, of -1 columns', [0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x44, 0, 0, 0, 6, 0xff, 0xff]],
  ])('PostgreSQL that begins with %s ends its own visit alone', async (_, answer) => {
    const { host, port } = await listen(answering([Buffer.from('N'), Buffer.from(answer)]));
    const client = createPostgresClient(createDial(), systemClock);
    const letIn = (): Promise<string> => Promise.resolve('let in');
    expect(await client.connect(connectionTo(host, port), within(60_000), letIn)).toMatchObject({
      ok: false,
      fault: {
        code: 'DatabaseUnreachable',
        detail: expect.stringContaining('does not answer as PostgreSQL') as string,
      },
    });
  });

  it('HTTP comes back with an answer or a fault', async () => {
    const client = createHttpClient(createDial());
    await fc.assert(
      fc.asyncProperty(fc.oneof(http, bytes), fc.boolean(), async (answer, streams) => {
        const { port } = await listen(answering([answer]));
        let taken = 0;
        const stream = { maxBytes: 200, onText: (text: string) => void (taken += text.length) };
        const got = await client.get(
          { url: `http://127.0.0.1:${port}/`, tls: {}, ...(streams ? { stream } : {}) },
          soon(),
        );
        expect(got.ok ? got.value.status : got.fault.detail.length).toBeGreaterThan(0);
        expect(taken).toBeLessThanOrEqual(200);
      }),
      RUNS,
    );
  });
});

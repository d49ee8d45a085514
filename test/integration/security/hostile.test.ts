// Other sides that do what they can to harm whoever asks: the run ends, says what it met in a sentence, and the
// neighbours of the target are examined as if nothing were.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import { validateReport } from '../../../src/api/validate.ts';
import { command } from '../gate/command.ts';
import { listen, type Listener } from '../clients/listener.ts';
import { examineSpec, type Examined } from './examine.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';

const body = (text: string | Buffer, headers = JSON_TYPE): Buffer =>
  Buffer.concat([Buffer.from(`${OK}${headers}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n`), Buffer.from(text)]);
const answering = (bytes: string | Buffer) => (socket: Socket) => {
  socket.once('data', () => socket.end(bytes));
};

/** Writes as fast as the other side reads, after `head`. */
const flooding =
  (text: string, head = '') =>
  (socket: Socket) => {
    socket.once('data', () => {
      const piece = text.repeat(Math.ceil(16_384 / text.length));
      const more = (): void => {
        while (!socket.destroyed && socket.write(piece));
      };
      socket.on('drain', more);
      socket.write(head);
      more();
    });
  };

/** Writes a little now and then. */
const dripping =
  (text: string, head = '') =>
  (socket: Socket) => {
    socket.once('data', () => {
      socket.write(head);
      const timer = setInterval(() => socket.write(text), 20);
      socket.on('close', () => clearInterval(timer));
    });
  };

const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);
const deepHealth = `{"status":"DOWN","components":${nested('{"a":{"status":"DOWN","components":', '}}', 1_000).replace(':}', ':{}}')}}`;

/** What a service may answer, and what its health is called then. */
const SERVICES: readonly (readonly [string, (socket: Socket) => void, string])[] = [
  ['a flood of headers', flooding('A: b\r\n', OK), 'ServiceUnreachable'],
  ['one header without an end', flooding('x', `${OK}A: `), 'ServiceUnreachable'],
  ['headers that never end', dripping('A: b\r\n', OK), 'ServiceTimeout'],
  ['interim answers without end', flooding('HTTP/1.1 100 Continue\r\n\r\n'), 'ServiceUnreachable'],
  ['a body without end', flooding('x', `${OK}${JSON_TYPE}\r\n`), 'HealthBodyTooLarge'],
  ['chunks without end', flooding('1\r\nx\r\n', `${OK}Transfer-Encoding: chunked\r\n\r\n`), 'HealthBodyTooLarge'],
  [
    'extensions of chunks',
    flooding(`1;${'x'.repeat(900)}\r\nx\r\n`, `${OK}Transfer-Encoding: chunked\r\n\r\n`),
    'ServiceUnreachable',
  ],
  ['a body byte by byte', dripping('x', `${OK}Content-Length: 60000\r\n\r\n`), 'ServiceTimeout'],
  ['arrays a thousand times deep', answering(body(nested('[', ']', 30_000))), 'HealthBodyInvalid'],
  [
    'objects too deep to look into',
    answering(body(nested('{"status":', '}', 5_000).replace('}', '1}'))),
    'HealthBodyInvalid',
  ],
  ['components too deep to look into', answering(body(deepHealth)), 'HealthDown'],
  ['a status in __proto__', answering(body('{"__proto__":{"status":"UP"}}')), 'HealthBodyInvalid'],
  ['a status that is a constructor', answering(body('{"status":"constructor"}')), 'HealthStatusUnrecognized'],
  [
    'components in __proto__',
    answering(body('{"status":"DOWN","components":{"__proto__":{"status":"DOWN"}}}')),
    'HealthDown',
  ],
  ['a number beyond all', answering(body('{"status":1e999}')), 'HealthBodyInvalid'],
  ['bytes that are no text', answering(body(Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x80, 0x7d]))), 'HealthBodyInvalid'],
  [
    'a bomb in gzip',
    answering(body(gzipSync(Buffer.alloc(50_000_000)), 'Content-Encoding: gzip\r\n')),
    'HealthBodyTooLarge',
  ],
  ['a picture', answering(body(Buffer.alloc(5_000, 0x89), 'Content-Type: image/png\r\n')), 'HealthBodyInvalid'],
  ['HTTP/0.9', answering('<html><body>UP</body></html>'), 'ServiceUnreachable'],
  ['garbage for chunks', answering(`${OK}Transfer-Encoding: chunked\r\n\r\n-5\r\nxxxxx\r\n`), 'ServiceUnreachable'],
  ['a chunk of a terabyte', answering(`${OK}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\nx`), 'ServiceUnreachable'],
  ['two lengths', answering(`${OK}Content-Length: 1\r\nContent-Length: 99\r\n\r\nx`), 'ServiceUnreachable'],
  [
    'a status of terminals',
    answering(body('{"status":"\\u001b[2J\\u001b]0;owned\\u0007\\r\\n\\u202eUP"}')),
    'HealthStatusUnrecognized',
  ],
  [
    'component names of terminals',
    answering(body('{"status":"DOWN","components":{"\\u001b[31m\\n\\u0000\\u2066x":{"status":"DOWN"}}}')),
    'HealthDown',
  ],
];

/** A service that is well, beside the hostile one. */
const well = (): Promise<Listener> => listen(answering(body('{"status":"UP"}')));

const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => {
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
});

/** What holds after every run: one clear sentence for each finding, nothing for a terminal to obey, nothing polluted. */
function expectSober({ status }: Examined): void {
  for (const { id, message = '', evidence = '' } of status.checks ?? []) {
    expect(Buffer.byteLength(message), id).toBeLessThanOrEqual(160);
    expect(Buffer.byteLength(evidence), id).toBeLessThanOrEqual(256);
    expect(message + evidence, id).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  }
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('status');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Buffer.byteLength(JSON.stringify(status))).toBeLessThan(65_536);
}

/** What the system itself takes from a socket that nobody reads, at one end. In bytes; where it does not say, plenty. */
const mostBuffered = (name: string): number => {
  const path = `/proc/sys/net/ipv4/${name}`;
  return existsSync(path) ? Number(readFileSync(path, 'utf8').trim().split(/\s+/)[2]) : 32 * 1024 * 1024;
};

/** How much a hostile server could get rid of: what the system buffers and a little that we read, not what it would send. */
const MOST_SENT = mostBuffered('tcp_rmem') + mostBuffered('tcp_wmem') + 8 * 1024 * 1024;

describe('a service that answers', () => {
  it.each(SERVICES)('%s', async (_, serve, fault) => {
    const sockets: Socket[] = [];
    const hostile = await listen((socket) => {
      sockets.push(socket);
      serve(socket);
    });
    const neighbour = await well();
    const examined = await examineSpec({
      // What has to end by its size gets the time for it on a busy machine too.
      timeout: fault === 'ServiceTimeout' ? '5s' : '1m',
      services: [
        { name: 'core-daemon', url: `http://127.0.0.1:${hostile.port}` },
        { name: 'auth-vault', url: `http://127.0.0.1:${neighbour.port}` },
      ],
    });
    expect(examined.faults).toMatchObject({ 'core-daemon/health': fault });
    expect(examined.faults).not.toHaveProperty('auth-vault/health');
    expectSober(examined);
    await hostile.allClosed();
    expect(Math.max(...sockets.map(({ bytesWritten }) => bytesWritten))).toBeLessThan(MOST_SENT);
  });
});

const aws = (port: number): object => ({
  endpoint: `http://127.0.0.1:${port}`,
  credentialsSecretRef: { name: 's' },
});
const KEYS = { 's/accessKeyId': 'AKIDEXAMPLE', 's/secretAccessKey': 'SECRETEXAMPLE' };
const laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">${Array.from(
  { length: 30 },
  (_, index) => `<!ENTITY ${String.fromCharCode(98 + (index % 25))}${index} "&a;&a;&a;&a;&a;&a;&a;&a;">`,
).join('')}]><Error><Code>&b0;&c1;</Code></Error>`;

describe('a store that answers', () => {
  const refusing = (text: string | Buffer, type: string) =>
    answering(
      Buffer.concat([
        Buffer.from(`HTTP/1.1 403 No\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`),
        Buffer.from(text),
      ]),
    );
  it.each<[string, (socket: Socket) => void, timeout?: string]>([
    ['XML a thousand times deep', refusing(nested('<a>', '</a>', 8_000), 'application/xml')],
    ['XML that multiplies', refusing(laughs, 'application/xml')],
    [
      'XML of prototypes',
      refusing(
        '<Error><__proto__><polluted>1</polluted></__proto__><constructor>x</constructor><Code>AccessDenied</Code></Error>',
        'application/xml',
      ),
    ],
    [
      'JSON a thousand times deep',
      refusing(nested('{"a":', '}', 8_000).replace('}', '1}'), 'application/x-amz-json-1.1'),
    ],
    [
      'JSON of prototypes',
      refusing(
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"__type":"AccessDeniedException"}',
        'application/x-amz-json-1.1',
      ),
    ],
    [
      'an error code of terminals',
      refusing('<Error><Code>\u001b[2J\u202e</Code><Message>\u001b]0;x\u0007</Message></Error>', 'application/xml'),
    ],
    ['a flood of headers', flooding('A: b\r\n', OK)],
    ['a body without end', flooding('x', `${OK}Content-Type: application/xml\r\n\r\n`)],
    ['a body byte by byte', dripping('x', `${OK}Content-Length: 60000\r\n\r\n`), '5s'],
    ['a bomb in gzip', answering(body(gzipSync(Buffer.alloc(50_000_000)), 'Content-Encoding: gzip\r\n'))],
    ['no HTTP', answering('SSH-2.0-OpenSSH\r\n')],
  ])('%s', async (_, serve, timeout = '1m') => {
    const hostile = await listen(serve);
    const neighbour = await well();
    const examined = await examineSpec(
      {
        timeout,
        services: [{ name: 'auth-vault', url: `http://127.0.0.1:${neighbour.port}` }],
        buckets: [{ name: 'b', bucket: 'circuits', ...aws(hostile.port) }],
        keys: [{ name: 'k', kms: { keyId: 'x', ...aws(hostile.port) } }],
      },
      KEYS,
    );
    // HEAD, which asks whether the bucket is there, has no body to be harmed by.
    expect(Object.keys(examined.faults).filter((id) => id.startsWith('object-storage/b/'))).not.toEqual([]);
    expect(examined.faults).toHaveProperty('key-management/k/state');
    expect(examined.faults).not.toHaveProperty('auth-vault/health');
    expectSober(examined);
    await hostile.allClosed();
  });
});

/** A message of PostgreSQL's protocol. */
function message(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
}
const GREETING = Buffer.concat([
  message('R', Buffer.from([0, 0, 0, 0])),
  message('S', '__proto__\0polluted\0'),
  message('S', 'server_version\0\u001b[2J\0'),
  message('Z', 'I'),
]);
const column = (name: string): Buffer => Buffer.concat([Buffer.from(`${name}\0`), Buffer.alloc(4 + 2 + 4 + 2 + 4 + 2)]);
const rows = (names: readonly string[], value: string): Buffer =>
  Buffer.concat([
    message('T', Buffer.from([names.length >> 8, names.length & 255]), ...names.map(column)),
    message(
      'D',
      Buffer.from([names.length >> 8, names.length & 255]),
      ...names.map(() => Buffer.concat([Buffer.from([0, 0, 0, value.length]), Buffer.from(value)])),
    ),
    message('C', 'SELECT 1\0'),
    message('Z', 'I'),
  ]);

describe('a database that answers', () => {
  const speaking = (answer: Buffer | undefined) => (socket: Socket) => {
    socket.once('data', () => {
      socket.write(GREETING);
      socket.on('data', () => {
        if (answer === undefined) flooding('N\0\0\0\x0cMhello\0\0')(socket);
        else socket.write(answer);
      });
    });
  };
  it.each<[string, Buffer | undefined]>([
    ['with columns of prototypes', rows(['__proto__', 'constructor', 'toString'], 'polluted')],
    [
      'with thousands of columns',
      rows(
        Array.from({ length: 9_000 }, (_, index) => `c${index}`),
        'x',
      ),
    ],
    ['with terminals', message('E', 'SFATAL\0C42501\0M\u001b[2J\r\n\u202eno\0\0')],
    ['with a flood of notices', undefined],
    ['with messages that are none', Buffer.from('\0\0\0\0\0\0\0\0\0\0')],
  ])('%s', async (_, answer) => {
    const hostile = await listen(speaking(answer));
    const neighbour = await well();
    const database = {
      name: 'd',
      host: '127.0.0.1',
      port: hostile.port,
      database: 'x',
      credentialsSecretRef: { name: 's' },
      tls: { mode: 'Disable' },
    };
    const examined = await examineSpec(
      {
        timeout: '1m',
        services: [{ name: 'auth-vault', url: `http://127.0.0.1:${neighbour.port}` }],
        databases: [database],
      },
      { 's/username': 'app', 's/password': 'p' },
    );
    expect(examined.faults).not.toHaveProperty('auth-vault/health');
    expect(Object.keys(examined.faults).filter((id) => id.startsWith('database/d/'))).not.toEqual([]);
    expectSober(examined);
    await hostile.allClosed();
  });
});

describe('a log', () => {
  it.each([
    ['of JSON a hundred thousand times deep', `${nested('{"a":', '}', 100_000)}\n${nested('[', ']', 100_000)}\n`],
    ['of prototypes', '{"__proto__":{"level":"ERROR"},"constructor":1,"message":"Failed JWT token sign"}\n'],
    [
      'of terminals',
      '2026-01-02T03:04:05Z ERROR 1 --- [main] x : Failed JWT token sign \u001b[2J\u001b]0;owned\u0007\u202e\n',
    ],
    ['of one line without an end', `2026-01-02T03:04:05Z ERROR ${'x'.repeat(5_000_000)}`],
  ])('%s is read to its end, and nothing in it reaches the terminal as a command', async (_, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'recognize-health-hostile-'));
    try {
      const file = join(folder, 'log');
      await writeFile(file, text);
      for (const format of ['text', 'json']) {
        const { code, out, err } = await command('diagnose', '-o', format, file);
        expect([0, 3], err).toContain(code);
        expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a spec', () => {
  const report = (spec: object): object => ({ apiVersion: API_VERSION, kind: KIND, metadata: { name: 'x' }, spec });
  const valid = (spec: object): boolean => validateReport(report(spec)).ok;
  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));

  it.each<[string, object]>([
    ['services', { services: many(2_000, () => ({ name: 'core-daemon' })) }],
    ['databases', { databases: many(2_000, (index) => ({ name: `d${index}`, host: 'h', database: 'x' })) }],
    ['buckets', { buckets: many(2_000, (index) => ({ name: `b${index}`, bucket: 'circuits' })) }],
    ['keys', { keys: many(2_000, (index) => ({ name: `k${index}`, kms: { keyId: 'x' } })) }],
    ['mutes', { mutes: many(2_000, () => ({ fault: 'X', until: '2030-01-01T00:00:00Z', reason: 'r', by: 'b' })) }],
    [
      'users of a backend',
      { databases: [{ name: 'd', host: 'h', database: 'x', usedBy: many(2_000, () => 'core-daemon') }] },
    ],
    ['a name that is too long', { buckets: [{ name: 'b'.repeat(41), bucket: 'circuits' }] }],
    ['a name of terminals', { databases: [{ name: '\u001b[2J', host: 'h', database: 'x' }] }],
    ['a name with a line break', { buckets: [{ name: 'b\nb', bucket: 'circuits' }] }],
    ['a host with a line break', { databases: [{ name: 'd', host: 'h\r\nX: y', database: 'x' }] }],
    ['a URL with a line break', { services: [{ name: 'core-daemon', url: 'http://h/\r\nX: y' }] }],
    ['a path with a line break', { services: [{ name: 'core-daemon', healthPath: '/x\r\nX:y' }] }],
  ])('of too many or of odd %s is refused', (_, spec) => {
    expect(valid(spec)).toBe(false);
  });

  it('whose free texts hold terminals is shown without them, in every format', async () => {
    const odd = '\u001b[2J\u001b]0;owned\u0007\u0085\u202e\u2066x\r\n';
    const spec = {
      timeout: '1s',
      databases: [
        {
          name: 'd',
          host: '127.0.0.1\u202e\u001b[2J',
          database: odd,
          schema: odd,
          credentialsSecretRef: { name: 's' },
        },
      ],
      keys: [{ name: 'k', kms: { keyId: odd, endpoint: 'http://127.0.0.1:9/\u001b[2J\u202e' } }],
      mutes: [{ check: odd, until: new Date(Date.now() + 86_400_000).toISOString(), reason: odd, by: odd }],
    };
    expect(valid(spec)).toBe(true);
    const folder = await mkdtemp(join(tmpdir(), 'recognize-health-hostile-'));
    try {
      const file = join(folder, 'report.json');
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        stringData: { username: 'u', password: 'p' },
      };
      await writeFile(file, `${JSON.stringify(report(spec))}\n---\n${JSON.stringify(secret)}`);
      for (const format of ['table', 'json', 'yaml', 'junit', 'markdown']) {
        const { out, err } = await command(
          'check',
          '-f',
          file,
          '--offline',
          '-o',
          format,
          ...(format === 'table' ? ['--all'] : []),
        );
        expect(out.length, err).toBeGreaterThan(100);
        // JSON and YAML print the spec as its author wrote it, escaped: what turns texts around stays in it as a character.
        const commands =
          format === 'json' || format === 'yaml'
            ? /[\u0000-\u0009\u000b-\u001f]/
            : /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
        expect(out + err, format).not.toMatch(commands);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

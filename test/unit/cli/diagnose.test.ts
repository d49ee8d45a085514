// `diagnose` as a user and a script meet it: exit codes, the fixed shape, and what is said about what was not read.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { diagnose } from '../../../src/cli/diagnose.ts';
import type { LogInput } from '../../../src/cli/log-input.ts';
import { run } from '../../../src/cli/program.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { plain } from '../../../src/output/columns.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/logs');
const SIGN_FAILED = join(FIXTURES, 'auth-vault/jwt-sign-failed.txt');
const HARMLESS = '2026-11-23T06:00:00.000Z  INFO 1 --- [main] c.k.Application : Started Application in 12.1 seconds\n';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagnose-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function terminalOf(signal = new AbortController().signal) {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    paint: plain,
    signal,
  };
  return { terminal, out: () => out.join('\n'), err: () => err.join('\n') };
}

async function command(argv: readonly string[], signal?: AbortSignal) {
  const { terminal, out, err } = terminalOf(signal);
  const code = await run(['diagnose', ...argv], terminal);
  return { code, out: out(), err: err() };
}

describe('a log in which something is found', () => {
  test('ends with 3, and says what, where, why and what to do', async () => {
    const { code, out, err } = await command([SIGN_FAILED, '--service', 'auth-vault']);
    expect(code).toBe(3);
    expect(err).toBe('');
    expect(out).toMatch(/^REC-AV-003 {2}Failed JWT token sign$/m);
    for (const label of ['Where', 'Log', 'Cause', 'Next', 'Guide'])
      expect(out).toMatch(new RegExp(`^ {2}${label}: `, 'm'));
    expect(out).toMatch(/Where: +auth-vault, 1 record, line \d+/);
    expect(out).toContain('#auth-vault');
    expect(out).toMatch(/\n1 finding in 1 record of \d+ lines\.$/);
  });

  test('is one JSON document of the fixed shape', async () => {
    const { code, out } = await command([SIGN_FAILED, '-o', 'json']);
    expect(code).toBe(3);
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(document).toMatchObject({
      lines: expect.any(Number) as number,
      matched: 1,
      findings: [
        {
          id: 'REC-AV-003',
          component: 'auth-vault',
          count: 1,
          firstLine: expect.any(Number) as number,
          lastLine: expect.any(Number) as number,
          excerpt: expect.stringContaining('Failed JWT token sign') as string,
        },
      ],
    });
  });

  test('is counted by record, with the first and the last line', async () => {
    const line = '2026-11-23T06:00:00.000Z ERROR 1 --- [main] c.k.Vault : Failed JWT token sign\n';
    const { out } = await command([
      file('twice.log', `${line}${HARMLESS}${line}`),
      '-o',
      'json',
      '--service',
      'auth-vault',
    ]);
    expect(JSON.parse(out)).toMatchObject({
      lines: 3,
      matched: 2,
      findings: [{ count: 2, firstLine: 1, lastLine: 3 }],
    });
  });

  test('is nothing to a service whose log never holds it', async () => {
    const { code, out } = await command([SIGN_FAILED, '--service', 'enrollment-agent']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Nothing of the guide found in \d+ lines?\.$/)]);
  });
});

describe('a log in which nothing is found', () => {
  test('ends with 0 and one sentence', async () => {
    const { code, out, err } = await command([file('harmless.log', HARMLESS)]);
    expect([code, out, err]).toEqual([0, 'Nothing of the guide found in 1 line.', '']);
  });

  test('has no findings in JSON', async () => {
    const { code, out } = await command([file('harmless.log', HARMLESS), '-o', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ lines: 1, matched: 0, findings: [] });
  });

  test('because it is empty is said on stderr', async () => {
    const path = file('empty.log', '');
    const { code, out, err } = await command([path, '-o', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ lines: 0, matched: 0, findings: [] });
    expect(err).toBe(`${path} is empty: there was nothing to match.`);
  });

  test('and that could not be read as it should be is said on stderr, not on stdout', async () => {
    const { out, err } = await command([
      file('broken.log', Buffer.from(`${HARMLESS}\0\0\ncaf\u00e9\n`, 'latin1')),
      '-o',
      'json',
    ]);
    expect(() => JSON.parse(out) as unknown).not.toThrow();
    expect(err).toContain('NUL bytes in 1 line');
    expect(err).toContain('1 line not in UTF-8');
  });
});

describe('usage', () => {
  test.each([
    ['a file that is not there', () => [join(folder, 'absent.log')], 'there is no such file'],
    ['a directory', () => [folder], 'it is a directory'],
    ['a path through a file', () => [join(file('plain', ''), 'log')], 'a part of its path is no directory'],
    ['a compressed log', () => [file('log.gz', gzipSync(HARMLESS))], 'zcat'],
    ['an unknown service', () => [SIGN_FAILED, '--service', 'nonsense'], 'Known are core-daemon'],
    ['a service by another of its names', () => [SIGN_FAILED, '--service', 'authvault'], 'No such service.'],
    ['an odd format', () => [SIGN_FAILED, '-o', 'yaml'], 'text, json'],
    ['two files', () => [SIGN_FAILED, SIGN_FAILED], 'too many arguments'],
  ])('%s: a sentence on stderr, nothing on stdout, code 2', async (_what, argv, sentence) => {
    const { code, out, err } = await command(argv());
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });

  test('a service is named in any case', async () => {
    expect((await command([SIGN_FAILED, '--service', 'Auth-Vault'])).code).toBe(3);
  });
});

describe('Ctrl-C', () => {
  test('before anything was found ends with 130 and says that the rest was not read', async () => {
    const { code, out, err } = await command([SIGN_FAILED], AbortSignal.abort());
    expect(code).toBe(130);
    expect(out).toBe('Nothing of the guide found in 0 lines.');
    expect(err).toBe('Interrupted after 0 lines; the rest was not read.');
  });

  test('after something was found shows it and ends with 3', async () => {
    const controller = new AbortController();
    const { terminal, out, err } = terminalOf(controller.signal);
    const code = await diagnose(
      following(`${HARMLESS}2026-11-23T06:00:00.000Z ERROR 1 --- [main] c.k.Vault : Failed JWT token sign\n`, () =>
        controller.abort(),
      ),
      { output: 'json' },
      terminal,
    );
    expect(code).toBe(3);
    expect(JSON.parse(out())).toMatchObject({ lines: 2, findings: [{ id: 'REC-AV-003' }] });
    expect(err()).toBe('Interrupted after 2 lines; the rest was not read.');
  });
});

describe('a terminal', () => {
  test('at standard input is told how to end', async () => {
    const { terminal, err } = terminalOf();
    await diagnose({ ...following(HARMLESS), interactive: true }, { output: 'text' }, terminal);
    expect(err()).toContain('Ctrl-D');
  });

  /** What a log of several pieces writes straight to stderr, which is or is not a terminal. */
  async function progressWritten(isTTY: boolean): Promise<string> {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const before = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
    Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });
    try {
      await command([SIGN_FAILED]);
      return write.mock.calls.map(([text]) => String(text)).join('');
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
      else Object.defineProperty(process.stderr, 'isTTY', before);
    }
  }

  test('at stderr sees how far it is, and the line is cleared in the end', async () => {
    expect(await progressWritten(true)).toMatch(/^\r0 MB, \d+ lines, \d findings?\u001b\[K\r\u001b\[K$/);
  });

  test('that is none sees no progress', async () => {
    expect(await progressWritten(false)).toBe('');
  });
});

/** A log that is followed: one piece, and then `after`. */
function following(text: string, after: () => void = () => undefined): LogInput {
  return {
    name: 'standard input',
    interactive: false,
    // eslint-disable-next-line @typescript-eslint/require-await
    async *read() {
      yield Buffer.from(text);
      after();
    },
  };
}

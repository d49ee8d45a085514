// The operator's log: one JSON line each, the level that was asked for, and no text that did not go through `redact`.
import { describe, expect, test } from 'vitest';
import { createLog, LEVEL_MEANINGS, LOG_LEVELS, type LogLevel } from '../../../src/operator/log.ts';

const PLANTED = 'S3cr3t-Pa55word';

function linesOf(level: LogLevel, say: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  say(createLog(level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  test.each(LOG_LEVELS)('at %s says this and what is graver', (level) => {
    const said = linesOf(level, (log) => {
      for (const each of LOG_LEVELS) log[each]({}, each);
    });
    expect(said.map(({ msg }) => msg)).toEqual(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)));
    expect(said.map(({ level: as }) => as)).toEqual(said.map(({ msg }) => msg));
  });

  test('has a meaning for each level', () => {
    expect(Object.keys(LEVEL_MEANINGS)).toEqual(LOG_LEVELS);
  });

  test.each([
    ['an error', { error: new Error(`connect postgres://u:${PLANTED}@db`).stack }],
    ['a stack trace', { error: `Error: x\n    at connect (password=${PLANTED})\n    at y` }],
    ['a header', { detail: `Authorization: Bearer ${PLANTED}` }],
    ['a list', { namespaces: ['a', `token=${PLANTED}`] }],
    ['an object that was given by mistake', { error: { password: PLANTED } as unknown as string }],
  ])('shows no secret of %s', (_, fields) => {
    const [line] = linesOf('debug', (log) => {
      log.error(fields, 'broke');
    });
    expect(line).toMatchObject({ level: 'error', msg: 'broke' });
    expect(JSON.stringify(line)).not.toContain(PLANTED);
  });

  test('keeps numbers, and every line of a stack trace', () => {
    const [line] = linesOf('info', (log) => {
      log.info({ port: 8080, error: 'Error: x\n    at one\n    at two' }, 'said');
    });
    expect(line).toMatchObject({ port: 8080, error: 'Error: x     at one     at two' });
  });
});

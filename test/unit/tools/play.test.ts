// The menu of the demonstration: what is typed is done, in its order, and nonsense is answered.
import { describe, expect, it, test } from 'vitest';
import { BREAKS, breakAsked, menu, play } from '../../../tools/demo/play.ts';

async function typed(lines: readonly string[], broken: readonly (() => Promise<unknown>)[] = []): Promise<string[]> {
  const done: string[] = [];
  await play({
    lines: (async function* () {
      for (const line of lines) yield await Promise.resolve(line);
    })(),
    broken,
    flip: (one) => {
      done.push(`break: ${one.what}`);
      return Promise.resolve(() => Promise.resolve(done.push(`mend: ${one.what}`)));
    },
    show: async () => {
      await Promise.resolve(done.push('show'));
    },
    write: (text) => {
      if (text.startsWith('There is no')) done.push(text.split('\n')[0] ?? '');
    },
  });
  return done;
}

describe('what is typed', () => {
  it('breaks, mends in the other order, and shows after each', async () => {
    const { database, key } = BREAKS;
    expect(await typed(['break database', ' break  key ', 'mend', 'status', 'mend'])).toEqual([
      `break: ${database?.what ?? ''}`,
      'show',
      `break: ${key?.what ?? ''}`,
      'show',
      `mend: ${key?.what ?? ''}`,
      `mend: ${database?.what ?? ''}`,
      'show',
      'show',
      'show',
    ]);
  });

  it('ends with quit, and does nothing behind it', async () => {
    expect(await typed(['quit', 'break key'])).toEqual([]);
  });

  it.each(['break', 'break everything', 'break __proto__', 'help'])('%j is answered with the menu', async (line) => {
    expect(await typed([line, ''])).toEqual([`There is no "${line}".`]);
  });

  it('mends what was broken before', async () => {
    const mended: string[] = [];
    await typed(['mend'], [() => Promise.resolve(mended.push('first'))]);
    expect(mended).toEqual(['first']);
  });
});

test('-- break NAME asks for one of the menu, and says which there are', () => {
  expect(breakAsked(['node', 'main.ts'])).toBeUndefined();
  expect(breakAsked(['node', 'main.ts', 'break', 'key'])).toBe('key');
  expect(() => breakAsked(['break', 'all'])).toThrow(/nothing called "all".*database, slots/);
  for (const name of Object.keys(BREAKS)) expect(menu().join('\n')).toContain(`break ${name} `);
});

// The direction of imports is a promise of the layout: what decides never reaches out, and each SDK has one door.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IMPORT_TABLE, ONE_ROOM_EACH } from './import-table.ts';

const SRC = resolve(import.meta.dirname, '../../src');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(folder, entry.name))
      : entry.name.endsWith('.ts')
        ? [join(folder, entry.name)]
        : [],
  );
}

const roomOf = (file: string): string => relative(SRC, file).split('/')[0] ?? '';

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );
}

const files = sources(SRC);

describe('imports', () => {
  test('every room is in the table', () => {
    const rooms = new Set(files.map(roomOf));
    expect([...rooms].filter((room) => !IMPORT_TABLE.some((row) => row.room === room))).toEqual([]);
  });

  test.each(files.map((file) => [relative(SRC, file), file]))('%s imports only what its room may', (_name, file) => {
    const row = IMPORT_TABLE.find(({ room }) => room === roomOf(file));
    const wrong = importsOf(file).filter((specifier) => {
      if (specifier.startsWith('.')) {
        const room = roomOf(resolve(dirname(file), specifier));
        return room !== row?.room && row?.imports.includes(room) !== true;
      }
      const name = specifier.startsWith('node:')
        ? specifier
        : specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/');
      return row?.packages.includes(name) !== true;
    });
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(ONE_ROOM_EACH))('%s is imported in %s alone', (name, room) => {
    const rooms = new Set(
      files
        .filter((file) => importsOf(file).some((specifier) => specifier === name || specifier.startsWith(`${name}/`)))
        .map(roomOf),
    );
    expect([...rooms].filter((other) => other !== room)).toEqual([]);
  });

  test('the table has no cycle', () => {
    const done = new Set<string>();
    const visit = (room: string, path: readonly string[]): void => {
      expect(path, [...path, room].join(' → ')).not.toContain(room);
      if (done.has(room)) return;
      for (const next of IMPORT_TABLE.find((row) => row.room === room)?.imports ?? []) visit(next, [...path, room]);
      done.add(room);
    };
    for (const { room } of IMPORT_TABLE) visit(room, []);
  });
});

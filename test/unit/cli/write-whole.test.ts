// A file that a command writes is there whole or not at all, and nothing else is touched.
import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole } from '../../../src/cli/write-whole.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recognize-health-written-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file that a command writes', () => {
  it('is for its owner alone, and nothing else is left', async () => {
    await writeWhole(at('a.json'), 'all of it');
    expect(await readFile(at('a.json'), 'utf8')).toBe('all of it');
    expect((await stat(at('a.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('takes the place of the one before, which a reader that has it open still reads whole', async () => {
    await writeFile(at('a.json'), 'the one before');
    const reader = await open(at('a.json'));
    await writeWhole(at('a.json'), 'new');
    expect(await reader.readFile('utf8')).toBe('the one before');
    await reader.close();
    expect(await readFile(at('a.json'), 'utf8')).toBe('new');
  });

  it('is written where a link leads, and the link stays', async () => {
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere/a.json'), 'old');
    await symlink(at('elsewhere/a.json'), at('link.json'));
    await writeWhole(at('link.json'), 'new');
    expect((await lstat(at('link.json'))).isSymbolicLink()).toBe(true);
    expect(await readFile(at('elsewhere/a.json'), 'utf8')).toBe('new');
  });

  it('does not follow a link that waits under the name that its draft had with this process', async () => {
    await writeFile(at('precious'), 'precious');
    await symlink(at('precious'), at(`a.json.${process.pid}.tmp`));
    await writeWhole(at('a.json'), 'new');
    expect(await readFile(at('precious'), 'utf8')).toBe('precious');
  });

  it('goes into a pipe or a device, and does not take its place', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const reader = readFile(at('pipe'), 'utf8');
    await writeWhole(at('pipe'), 'through it');
    expect(await reader).toBe('through it');
    expect((await stat(at('pipe'))).isFIFO()).toBe(true);
  });

  it.each([
    ['a folder', 'there', 'it is a directory'],
    ['in a folder that is not there', 'nowhere/a.json', 'there is no such file'],
    ['below a file', 'file/a.json', 'a part of its path is no directory'],
  ])('is refused as %s, with a sentence and exit code 2, and leaves nothing', async (_what, name, why) => {
    await mkdir(at('there'));
    await writeFile(at('file'), 'a file');
    await expect(writeWhole(at(name), 'x')).rejects.toMatchObject({
      message: `${at(name)} cannot be written: ${why}`,
      exitCode: 2,
    });
    expect((await readdir(folder)).toSorted()).toEqual(['file', 'there']);
    expect(await readFile(at('file'), 'utf8')).toBe('a file');
  });
});

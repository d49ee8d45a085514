// What is given to diff, gate --after and gate --way-back as a snapshot and is none: refused with a sentence and exit code
// 2 by each of them, before any cluster is asked.
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../integration/gate/command.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recognize-health-snapshots-'));
  await mkdir(at('folder.json'));
  await writeFile(at('huge.json'), '{"kind":"HealthReportSnapshot"');
  // Of a hundred MiB, and no byte more on the disk.
  await truncate(at('huge.json'), 100 * 1024 * 1024);
  await writeFile(at('binary.json'), Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe, 0x00, 0x80]));
  await writeFile(
    at('gate.json'),
    JSON.stringify({ exitCode: 0, reports: [{ namespace: 'recognize', name: 'prod' }] }),
  );
  await writeFile(at('empty.json'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const VERBS: Readonly<Record<string, (file: string) => readonly string[]>> = {
  diff: (file) => ['diff', file],
  'gate --after': (file) => ['gate', 'prod', '--after', file],
  'gate --way-back': (file) => ['gate', 'prod', '--way-back', file],
};

describe.each(Object.entries(VERBS))('%s', (_, argvOf) => {
  it.each([
    ['a directory', 'folder.json', /folder\.json cannot be read: it is no file/],
    ['100 MiB', 'huge.json', /huge\.json has 100 MiB; a snapshot has at most 16/],
    ['binary', 'binary.json', /binary\.json is not JSON; a snapshot is made by recognize-health gate NAME --save FILE/],
    ['what gate -o json prints', 'gate.json', /gate\.json is no snapshot of HealthReports; a snapshot is made by/],
    ['empty', 'empty.json', /empty\.json is empty; a snapshot is made by/],
    ['not there', 'absent.json', /absent\.json cannot be read: there is no such file/],
  ])('refuses what is %s', async (_what, name, why) => {
    const { code, out, err } = await command(...argvOf(at(name)), '-o', 'json');
    expect(code, err).toBe(2);
    expect(err).toMatch(why);
    expect(JSON.parse(out)).toMatchObject({ exitCode: 2, reports: [], problem: expect.stringMatching(why) as string });
  });
});

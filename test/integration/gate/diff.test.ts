// `gate --save` and `diff` on the stack: what a change broke, mended or hid, and every file that is refused.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stop } from '../../../src/runtime/clock.ts';
import { diffObjectSchema } from '../../../src/gate/diff-object.ts';
import { wayBackObjectSchema } from '../../../src/gate/way-back-object.ts';
import { closed } from '../../support/closed-schema.ts';
import { command, type CommandResult } from './command.ts';
import { startGateScene, type GateScene } from './scene.ts';

let scene: GateScene;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recognize-health-diff-'));
  scene = await startGateScene();
  await scene.create('prod');
});
afterAll(async () => {
  await scene.close();
  await rm(folder, { recursive: true, force: true });
});

interface Compared {
  readonly exitCode: number;
  readonly problem?: string;
  readonly reports: readonly {
    readonly reason: string;
    readonly message: string;
    readonly regressions: readonly { readonly check: string; readonly faultAfter?: string }[];
    readonly fixes: readonly { readonly check: string; readonly faultBefore?: string }[];
    readonly lostSight: readonly { readonly check: string }[];
  }[];
}

const isDiff = new Ajv().compile(closed(diffObjectSchema()));
/** Looks until it is so; with nothing to hope for the test ends by its own limit. */
async function until(is: () => boolean): Promise<void> {
  while (!is()) await sleep(50);
}

const at = (name: string): string => join(folder, name);
const diff = async (...argv: string[]): Promise<CommandResult & { readonly said: Compared }> => {
  const kubeconfig = await scene.kubeconfigOf('pipeline');
  const result = await command('diff', ...argv, '--kubeconfig', kubeconfig, '-o', 'json');
  const said = JSON.parse(result.out) as Compared;
  expect([isDiff(said), isDiff.errors]).toEqual([true, null]);
  return { ...result, said };
};

describe('diff', () => {
  it('says that all is healthy again, what an upgrade broke, and what mended it', async () => {
    expect((await scene.gate('prod', '--save', at('well.json'))).code).toBe(0);
    expect((await stat(at('well.json'))).mode & 0o777).toBe(0o600);
    expect((await scene.gate('prod', '--save', at('well-2.json'))).code).toBe(0);
    expect(await diff(at('well.json'), at('well-2.json'))).toMatchObject({
      code: 0,
      said: { reports: [{ reason: 'AsGoodAsBefore', regressions: [], lostSight: [] }] },
    });

    const undo = await scene.stack.key.disable();
    try {
      expect((await scene.gate('prod', '--save', at('broken.json'))).code).toBe(3);
      const broken = { check: 'key-management/jwt-signing/state', faultAfter: 'KmsKeyDisabled' };
      for (const after of [[at('broken.json')], ['prod'], []]) {
        const { code, said } = await diff(at('well.json'), ...after);
        expect(code, JSON.stringify(said)).toBe(3);
        expect(said.reports[0]).toMatchObject({ reason: 'Worse' });
        expect(said.reports[0]?.regressions).toContainEqual(expect.objectContaining(broken));
      }
    } finally {
      await undo();
    }
    expect((await scene.gate('prod', '--save', at('mended.json'))).code).toBe(0);
    const { code, said } = await diff(at('broken.json'), at('mended.json'));
    expect(code, JSON.stringify(said)).toBe(0);
    expect(said.reports[0]?.fixes).toContainEqual(
      expect.objectContaining({ check: 'key-management/jwt-signing/state', faultBefore: 'KmsKeyDisabled' }),
    );
    expect((await diff(at('mended.json'), at('broken.json'))).code, 'swapped').toBe(2);
  });

  it('shows a person and a page what is worse and what was not examined', async () => {
    for (const format of ['table', 'yaml', 'junit', 'markdown', 'html']) {
      const { out, code } = await command('diff', at('well.json'), at('broken.json'), '-o', format);
      expect(code).toBe(3);
      for (const part of ['recognize', 'prod', 'key-management/jwt-signing/state', 'KmsKeyDisabled', 'Worse'])
        expect(out, format).toContain(part);
    }
    const { out } = await command('diff', at('well.json'), at('broken.json'), '-o', 'html');
    expect(out).toMatch(/^<!doctype html>\n<html lang="en">[^]*<\/html>$/);
    expect(out).toContain('Run before → run after');
  });

  it('says that nobody looked since, where no run was made', async () => {
    await scene.gate('prod', '--save', at('now.json'));
    // A run on schedule may come between; without one both are of the same run.
    const { code, said } = await diff(at('now.json'), at('now.json'));
    expect(code).toBe(2);
    expect(said.reports[0]?.message).toContain('nothing was examined since');
  });

  it('does not take a report that was made again for the one that was saved', async () => {
    const remove = await scene.create('again');
    await scene.gate('again', '--save', at('again.json'));
    await remove();
    expect((await diff(at('again.json'))).said).toMatchObject({
      exitCode: 2,
      reports: [{ reason: 'NotComparable', message: expect.stringContaining('not found') as string }],
    });
    const removeAgain = await scene.create('again');
    try {
      await scene.gate('again');
      const { code, said } = await diff(at('again.json'));
      expect(code).toBe(2);
      expect(said.reports[0]?.message).toMatch(/deleted and made again, or the second is of another cluster/);
    } finally {
      await removeAgain();
    }
  });

  it('writes no file where no run was judged, and leaves an older one alone', async () => {
    await writeFile(at('older.json'), 'older');
    const remove = await scene.create('suspended', { suspend: true });
    try {
      const { code, err } = await scene.gate('suspended', '--save', at('older.json'));
      expect(code).toBe(5);
      expect(err).toMatch(/older\.json was not written: no run of .*\/suspended was judged/);
      expect(await readFile(at('older.json'), 'utf8')).toBe('older');
    } finally {
      await remove();
    }
  });

  it('says no where a file cannot be written, whatever the gate says', async () => {
    const { code, err } = await scene.gate('prod', '--save', at('no/such/folder.json'));
    expect(code).toBe(2);
    expect(err).toMatch(/folder\.json cannot be written: /);
  });

  it('writes its answer to files too, by their endings, and what went wrong as well', async () => {
    const files = ['page.html', 'said.xml', 'said.md', 'said.json'].map(at);
    const write = files.flatMap((file) => ['--write', file]);
    const read = (): Promise<string[]> => Promise.all(files.map((file) => readFile(file, 'utf8')));
    const passed = await scene.gate('prod', ...write);
    expect([passed.code, passed.out]).toEqual([0, expect.stringMatching(/prod {2}PASS/)]);
    const [html, xml, markdown, json] = await read();
    expect(html).toMatch(/^<!doctype html>[^]*PASS/);
    expect(xml).toMatch(/<testsuites [^>]*failures="0" errors="0"/);
    expect(markdown).toContain('prod: PASS');
    expect(JSON.parse(json ?? '')).toMatchObject({ exitCode: 0 });

    expect((await scene.gate('nobody', ...write)).code).toBe(2);
    for (const text of await read()) expect(text).toMatch(/NOT POSSIBLE|NotFound/);
    const refused = await command('gate', ...write, '--kubeconfig', at('no-kubeconfig'));
    expect(refused.code).toBe(2);
    for (const text of await read()) expect(text).toContain('which report?');
  });

  it.each([
    [['--write', 'gate.txt'], /Its ending is one of \.html, \.json/],
    [['--write', 'no/such/folder.html'], /folder\.html cannot be written: /],
    [['--write', 'x.html', '--after', 'well.json'], /--after takes no --write/],
    [['--write', 'x.html', '--way-back', 'well.json'], /--way-back takes no --write/],
  ])('writes nothing with %j', async (argv, why) => {
    const { code, err } = await scene.gate('prod', ...argv.map((word) => (word.startsWith('--') ? word : at(word))));
    expect([code, err]).toEqual([2, expect.stringMatching(why)]);
  });

  it('refuses what is no snapshot with a sentence, and every document says so', async () => {
    await writeFile(at('cut.json'), (await readFile(at('well.json'), 'utf8')).slice(0, 300));
    await writeFile(at('edited.json'), (await readFile(at('well.json'), 'utf8')).replace('"pass"', '"skip"'));
    for (const [name, why] of [
      ['cut.json', /is cut off/],
      ['edited.json', /was edited, or is damaged/],
      ['absent.json', /there is no such file/],
      ['.', /it is no file/],
    ] as const) {
      const { code, said, err } = await diff(at('well.json'), at(name).replace(/\.$/, './.'));
      expect(code, name).toBe(2);
      expect(said.problem).toMatch(why);
      expect(err).toMatch(why);
    }
    expect((await diff(at('well.json'), 'nobody')).said.problem).toMatch(/holds no report nobody; it holds .*\/prod/);
    const { out } = await command('diff', at('cut.json'), '-o', 'html');
    expect(out).toContain('is cut off');
  });
});

describe('gate --way-back', () => {
  const back = (...argv: string[]): Promise<CommandResult> =>
    scene.gate('prod', '--way-back', at('well.json'), '-o', 'json', ...argv);
  const history = (statement: string): Promise<unknown> => {
    const database = scene.stack.databases.find(({ name }) => name === 'node-persistence');
    if (database === undefined) throw new Error('There is no such database.');
    const { server, schema, name } = database;
    return server.query(statement.replace('HISTORY', `"${schema}".flyway_schema_history`), undefined, name);
  };

  it('is open while the schema is as it was, and closed by a migration, a checksum and a lost right', async () => {
    const open = await back();
    expect(open.code, open.out).toBe(0);
    expect(open.out).toContain('Reversible by helm rollback: no migration came since');
    const isWayBack = new Ajv().compile(closed(wayBackObjectSchema()));
    expect([isWayBack(JSON.parse(open.out)), isWayBack.errors]).toEqual([true, null]);

    await history(`INSERT INTO HISTORY VALUES (2, '42', 'more', 'SQL', 'V42.sql', 5, 'np', now(), 3, true)`);
    const migrated = await back();
    expect(migrated.code, migrated.out).toBe(3);
    expect(migrated.out).toMatch(
      /Not reversible by helm rollback alone: migration 42 is applied to the schema of node-persistence, which the old release does not know; restore node-persistence to before \d{4}-/,
    );
    await history('DELETE FROM HISTORY WHERE installed_rank = 2');
    await history('UPDATE HISTORY SET checksum = 99');
    expect((await back()).out).toContain('the checksum of migration 1 of node-persistence is another one');
    await history('UPDATE HISTORY SET checksum = 0');

    const monitor = scene.stack.databases.find(({ name }) => name === 'node-persistence')?.monitor.user ?? '';
    await history(`REVOKE SELECT ON HISTORY FROM "${monitor}"`);
    const unread = await back();
    expect(unread.code, unread.out).toBe(5);
    expect(unread.out).toContain(
      'the migrations of database/node-persistence cannot be read: DatabasePrivilegeMissing',
    );
    await history(`GRANT SELECT ON HISTORY TO "${monitor}"`);
    expect((await back()).code).toBe(0);
  });

  it('refuses what would leave something out, and a file that is none', async () => {
    for (const more of [['--skip', 'x'], ['--override', 'why'], ['--no-refresh'], ['--save', at('x.json')]])
      expect((await back(...more)).err).toMatch(/--way-back takes no --skip, --override/);
    expect((await back('-o', 'junit')).out).toContain('<testcase classname="recognize.prod.way-back" name="way-back"');
    const { code, out } = await scene.gate('prod', '--way-back', at('absent.json'), '-o', 'json');
    expect([code, JSON.parse(out)]).toMatchObject([2, { exitCode: 2, reports: [] }]);
  });
});

describe('gate --after', () => {
  const after = (...argv: string[]): Promise<CommandResult> =>
    scene.gate('prod', '--after', at('well.json'), '-o', 'json', ...argv);

  it('passes on two good runs, and says how long it took', async () => {
    const { code, out } = await after('--save', at('after.json'));
    expect(code, out).toBe(0);
    const said = JSON.parse(out) as { reports: { message: string; phases: { name: string }[] }[] };
    expect([isDiff(said), isDiff.errors]).toEqual([true, null]);
    expect(said.reports[0]?.phases.map(({ name }) => name)).toEqual(['rollout', 'until healthy', 'confirmed']);
    expect(said.reports[0]?.message).toContain('No image has another name than before: was the upgrade applied?');
    expect((await diff(at('well.json'), at('after.json'))).code).toBe(0);
  });

  it('ends early on what waiting does not mend', async () => {
    const undo = await scene.stack.key.disable();
    try {
      const { code, out, err } = await after('--timeout', '10m');
      expect(code, out).toBe(3);
      expect(out).toContain('Waiting does not mend this: key-management/jwt-signing/state KmsKeyDisabled');
      expect(err).toMatch(/prod: .*the rollout is done; .*It may pass\./);
    } finally {
      await undo();
    }
  });

  it('says "not yet" while a rollout is under way', async () => {
    const undo = await scene.stack.service('core-daemon').rollout();
    try {
      const stop = new AbortController();
      const kubeconfig = await scene.kubeconfigOf('pipeline');
      const argv = ['prod', '-n', scene.stack.namespace, '--after', at('well.json'), '--kubeconfig', kubeconfig];
      const waiting = command.until(stop.signal, 'gate', ...argv);
      await until(() => waiting.err().includes('not yet:'));
      expect(waiting.err()).toMatch(/prod: .*not yet: .*core-daemon/);
      stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
      expect(await waiting.result).toMatchObject({ code: 130, out: '' });
    } finally {
      await undo();
    }
  });

  it('refuses what would make it pass unseen, and a report that the file does not hold', async () => {
    for (const more of [['--skip', 'x'], ['--override', 'why'], ['--no-refresh']])
      expect((await after(...more)).err).toMatch(/--after takes no --skip, --override/);
    expect((await scene.gate('other', '--after', at('well.json'))).err).toMatch(/holds no report .*other/);
  });
});

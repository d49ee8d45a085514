// What an author of reports has tried against a running operator, and what became of it: the gate forged with patch
// rights alone, Secrets that the redaction chews on, and hanging runs that keep others waiting. Attacks on the process
// itself, its memory and its descriptors, stand in attacks-on-the-process.test.ts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { secretObject } from '../../stack/secret-object.ts';
import { gateRole } from '../../../tools/packaging/roles.ts';
import { command } from '../gate/command.ts';
import { NAMESPACE, startArena, until, type Arena, type RunningOperator } from '../operator/arena.ts';

let arena: Arena;
let operator: RunningOperator;
let pipeline: string;
const folder = mkdtempSync(join(tmpdir(), 'recognize-health-attacks-'));

const WHOLE = { upgrade: { waive: ['Databases', 'Buckets', 'Keys'] }, interval: '24h', timeout: '1m' };
/** Longer than anybody here waits for anything: who has to wait for a run that hangs is seen to. */
const HANGING = { ...WHOLE, timeout: '2m' };
const LONG = 'x'.repeat(256);

const answered = (name: string, token: string): Promise<HealthReportStatus | undefined> =>
  until(
    `${name} answers ${token.slice(0, 20)}`,
    () => arena.status(name),
    (status) => status?.lastHandledRequest === token,
  );
beforeAll(async () => {
  arena = await startArena();
  await arena.server.seed([
    gateRole(),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'pipeline', namespace: NAMESPACE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: nameOf(gateRole()) },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'pipeline' }],
    },
  ]);
  pipeline = join(folder, 'pipeline.yaml');
  writeFileSync(pipeline, arena.server.kubeconfig('pipeline'), { mode: 0o600 });
  operator = await arena.start({ workers: 4 });
});
afterEach(() => {
  arena.service.mood = 'up';
});
afterAll(async () => {
  await arena.close();
  rmSync(folder, { recursive: true });
});

function nameOf(object: object): string {
  return (object as AnyObject).metadata.name;
}

describe('a gate is not passed by whoever may patch the report alone', () => {
  const old = (token: string): string => token.slice(0, 256);

  /** Sets `value` again and again as soon as another token stands there, until it is told to stop. */
  function putBack(report: AnyObject, value: string | null): () => Promise<number> {
    const over = { value: false };
    let seen = 0;
    const ended = (async () => {
      while (!over.value) {
        const { annotations } = (await arena.admin.get(report))?.metadata as {
          annotations?: Readonly<Record<string, string>>;
        };
        const now = annotations?.[REQUEST_ANNOTATION];
        if (now === (value ?? undefined)) continue;
        seen += 1;
        await arena.admin.patch(report, { metadata: { annotations: { [REQUEST_ANNOTATION]: value } } });
      }
    })();
    return async () => {
      over.value = true;
      await ended;
      return seen;
    };
  }

  test.each<[string, string, string | null]>([
    ['the long token of before the outage', `${LONG}before`, `${LONG}before`],
    ['another one with the same beginning', `${LONG}before`, `${LONG}after`],
    ['a token that is cut within a character', `${'x'.repeat(255)}😀`, `${'x'.repeat(255)}😀`],
    ['a short token', 'before', 'before'],
    ['a blank one', ' ', ' '],
    ['none at all', 'before', null],
  ])('and puts back %s when the gate asks', async (what, first, back) => {
    const name = `forged-${what.replace(/\W+/g, '-').slice(0, 40)}`;
    const report = arena.report(name, WHOLE);
    await arena.admin.create(report);
    await arena.request(name, first);
    const healthy = await answered(name, old(first).replace(/[\ud800-\udbff]$/, ''));
    expect(healthy?.conditions.find(({ type }) => type === 'Upgradeable')?.status).toBe('True');

    arena.service.mood = 'down';
    const stop = putBack(report, back);
    const gate = await command(
      ...['gate', name, '--kubeconfig', pipeline, '-n', NAMESPACE, '--timeout', '3s', '-o', 'json'],
    );
    // The gate did ask, and the author did put the old token back.
    expect(await stop()).toBeGreaterThan(0);
    expect([3, 6]).toContain(gate.code);
    await arena.admin.remove(report);
  });

  test('and replaces it by a healthy one of the same name', async () => {
    const name = 'replaced';
    await arena.admin.create(arena.report(name, WHOLE));
    await arena.request(name, 'before');
    await answered(name, 'before');
    arena.service.mood = 'down';
    const gate = command(...['gate', name, '--kubeconfig', pipeline, '-n', NAMESPACE, '--timeout', '3s', '-o', 'json']);
    await arena.admin.remove(arena.report(name));
    await arena.admin.create(arena.report(name, WHOLE));
    expect((await gate).code).not.toBe(0);
    await arena.admin.remove(arena.report(name));
  });

  test('and is passed when the service is well and nobody interferes', async () => {
    await arena.admin.create(arena.report('honest', WHOLE));
    const gate = await command(...['gate', 'honest', '--kubeconfig', pipeline, '-n', NAMESPACE, '--timeout', '60s']);
    expect(`${gate.code} ${gate.err}`).toMatch(/^0 /);
    await arena.admin.remove(arena.report('honest'));
  });
});

describe('an operator goes on beside a Secret of', () => {
  test.each<[string, string]>([
    ['line breaks', '\n\n\n\n\r\n'],
    ['other breaks', '\u2028\u2029\u0085\v\f'],
    ['blanks', '   \t  '],
    ['invisible characters', '\u200b\u200c\u2060\u00ad\u{e0041}'],
    ['breaks between blanks and breaks', ' \n \r\n \u00a0\n'],
    ['one character', 'a'],
    ['nothing', ''],
    ['half a character', '\ud83d'],
    ['bytes that are no text', '\u0000\u0001\ufffd'],
    ['a mask', '[redacted]'],
    ['one letter, very often', 'a'.repeat(330_000)],
    ['breaks, very often', '\n'.repeat(330_000)],
    ['a letter and a break, very often', 'a\n'.repeat(165_000)],
    ['percent signs', '%25%25%25'.repeat(1_000)],
    ['escapes', '\\u005c\\'.repeat(1_000)],
    ['a pattern that a regular expression would chew on', `${'(a+)+'.repeat(50)}$`],
  ])('%s', async (what, value) => {
    const name = `secret-${what.replace(/\W+/g, '-').slice(0, 40)}`;
    await arena.admin.create(secretObject(NAMESPACE, name, { username: value, password: value, url: value }));
    const databases = [
      { name: 'a', host: '127.0.0.1', port: 9, database: 'x', credentialsSecretRef: { name } },
      { name: 'b', urlSecretRef: { name, key: 'url' } },
    ];
    await arena.admin.create(arena.report(name, { ...WHOLE, databases }));
    const status = await arena.examined(name);
    expect(status.checks?.find(({ id }) => id === 'core-daemon/health')).toMatchObject({ result: 'pass' });
    const shown = JSON.stringify(status);
    if (value.trim().length > 20) expect(shown).not.toContain(JSON.stringify(value.slice(0, 60)).slice(1, -1));
    await arena.admin.remove(arena.report(name));
  });
});

describe('no namespace waits for runs of another one that hang', () => {
  const elsewhere = (name: string, namespace: string): AnyObject => {
    const report = arena.report(name, { ...WHOLE, timeout: '1s' });
    return { ...report, metadata: { ...report.metadata, namespace } };
  };
  const examinedThere = (there: AnyObject): Promise<HealthReportStatus | undefined> =>
    until(
      'the other namespace has its turn',
      async () => (await arena.admin.get(there))?.['status'] as HealthReportStatus | undefined,
      (status) => (status?.observedGeneration ?? -1) >= 1,
    );

  test.each<[string, (names: readonly string[], time: number) => Promise<unknown>]>([
    ['are asked for again and again', (names, time) => each(names, (name) => arena.request(name, `${time}`))],
    [
      'are edited again and again',
      (names, time) =>
        each(names, (name) =>
          arena.admin.patch(arena.report(name), { spec: { timeout: `${119 + (time % 2)}s` } }).then(() => undefined),
        ),
    ],
    [
      'are deleted and made again',
      (names) =>
        each(names, async (name) => {
          await arena.admin.remove(arena.report(name));
          await arena.admin.create(arena.report(name, HANGING));
        }),
    ],
  ])('and that %s', async (what, pester) => {
    arena.service.mood = 'hang';
    const kind = what.replace(/\W+/g, '-');
    const names = Array.from({ length: 12 }, (_, index) => `hang-${kind}-${index}`);
    // They are there first, and alone: all workers could be theirs.
    await each(names, (name) => arena.admin.create(arena.report(name, HANGING)));
    const over = { value: false };
    const pestering = (async () => {
      for (let time = 0; !over.value; time += 1) {
        await pester(names, time);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    })();
    const namespace = `elsewhere-${kind}`;
    await arena.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    try {
      const first = elsewhere('first', namespace);
      await arena.admin.create(first);
      await examinedThere(first);
      // And the next ones, in a namespace that is known by now.
      const second = elsewhere('second', namespace);
      await arena.admin.create(second);
      await examinedThere(second);
      await Promise.all([first, second].map((report) => arena.admin.remove(report)));
    } finally {
      over.value = true;
      await pestering;
    }
    await each(names, (name) => arena.admin.remove(arena.report(name)));
  });

  test('and the metric says how long the one that waits longest has waited', async () => {
    arena.service.mood = 'hang';
    const names = Array.from({ length: 6 }, (_, index) => `waiting-${index}`);
    await each(names, (name) => arena.admin.create(arena.report(name, HANGING)));
    const waited = async (): Promise<number> => {
      const text = await (await fetch(`http://127.0.0.1:${operator.port()}/metrics`)).text();
      return Number(/^recognize_health_longest_wait_seconds (\S+)$/m.exec(text)?.[1]);
    };
    await until('somebody waits', waited, (seconds) => seconds > 1);
    await each(names, (name) => arena.admin.remove(arena.report(name)));
    await until('nobody waits', waited, (seconds) => seconds === 0);
  });
});

async function each(names: readonly string[], act: (name: string) => Promise<unknown>): Promise<void> {
  for (const name of names) await act(name);
}

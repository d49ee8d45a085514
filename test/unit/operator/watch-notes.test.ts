// What the watch says in the log: a missing definition once, a server that asks to wait without alarm.
import { describe, expect, test } from 'vitest';
import type { ReflectorNote } from '../../../src/kube/reflector.ts';
import type { ApiFault } from '../../../src/kube/api-fault.ts';
import { watchNotes } from '../../../src/operator/watch-notes.ts';
import { literal } from '../../../src/runtime/safe-text.ts';

const fault = (code: ApiFault['code']): ReflectorNote => ({
  kind: 'fault',
  fault: { code, message: literal('ordered') },
  waitMs: 1_000,
});

function listen(): { tell: (note: ReflectorNote) => void; said: string[]; restarts: () => number } {
  const said: string[] = [];
  let restarts = 0;
  const at = (level: string) => (_fields: object, message: string) => void said.push(`${level}: ${message}`);
  const log = { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
  const tell = watchNotes(log, { watchRestarted: () => void (restarts += 1) });
  return { tell, said, restarts: () => restarts };
}

describe('the watch', () => {
  test('says once that the definition is missing, and again when it has gone again', () => {
    const { tell, said } = listen();
    for (let attempt = 0; attempt < 5; attempt += 1) tell(fault('NotFound'));
    expect(said).toEqual([expect.stringMatching(/^error: .* is not installed; waiting for: recognize-health crd/)]);
    tell({ kind: 'listed', objects: 0 });
    tell(fault('NotFound'));
    expect(said).toHaveLength(2);
  });

  test.each<[ApiFault['code'], string]>([
    ['TooManyRequests', 'info: the API server asks to wait'],
    ['ServerError', 'warn: watch interrupted'],
    ['Unreachable', 'warn: watch interrupted'],
    ['Forbidden', 'warn: watch interrupted'],
  ])('%s is "%s"', (code, line) => {
    const { tell, said, restarts } = listen();
    tell(fault(code));
    expect(said).toEqual([line]);
    expect(restarts()).toBe(1);
  });
});

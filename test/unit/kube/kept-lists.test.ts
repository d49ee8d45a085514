// What was listed and what a watch tells, in any order of arrival, is what the server has.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Listed } from '../../../src/kube/list.ts';
import { keptLists, type KeptLists } from '../../../src/kube/kept-lists.ts';
import type { KeptObject } from '../../../src/kube/namespace.ts';
import { cases } from '../../support/cases.ts';

const at = (name: string, version: number): KeptObject => ({
  object: { metadata: { name, resourceVersion: String(version) } },
  bytes: 100,
});
const listed = (version: number, items: readonly KeptObject[]): Listed<KeptObject> => ({
  items,
  resourceVersion: String(version),
});
const shown = (lists: KeptLists): unknown =>
  lists
    .get('n')
    ?.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion ?? ''}`)
    .sort();

/** Nine to eleven, so that versions of one and two digits are compared. */
const FIRST = 8;

type Step =
  | { readonly do: 'put' | 'delete'; readonly name: string }
  | { readonly do: 'deliver' | 'begin' | 'read' | 'end' | 'put away' | 'get' };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('put' as const, 'delete' as const), name: fc.constantFrom('a', 'b', 'c') }),
  fc.record({
    do: fc.constantFrom(
      'deliver' as const,
      'begin' as const,
      'read' as const,
      'end' as const,
      'put away' as const,
      'get' as const,
    ),
  }),
);

describe('kept lists', () => {
  test('are what the server has once everything was told, whenever lists began, ended and were put away', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 25, maxLength: 60 }), (steps) => {
        const server = new Map<string, KeptObject>();
        let version = FIRST;
        const stream: { readonly kept: KeptObject; readonly isGone: boolean }[] = [];
        const underway: { end: ReturnType<KeptLists['begin']>; read?: Listed<KeptObject> }[] = [];
        const lists = keptLists();
        lists.restart();
        const deliver = (): void => {
          const event = stream.shift();
          if (event !== undefined && lists.wants('n')) lists.tell('n', event.kept, event.isGone);
        };
        for (const one of steps) {
          switch (one.do) {
            case 'put': {
              version += 1;
              const kept = at(one.name, version);
              server.set(one.name, kept);
              stream.push({ kept, isGone: false });
              break;
            }
            case 'delete':
              if (!server.delete(one.name)) break;
              version += 1;
              stream.push({ kept: at(one.name, version), isGone: true });
              break;
            case 'deliver':
              deliver();
              break;
            case 'put away':
              lists.putAway('n');
              break;
            case 'get':
              lists.get('n');
              break;
            case 'begin':
              underway.push({ end: lists.begin('n') });
              break;
            case 'read': {
              const list = underway.find(({ read }) => read === undefined);
              if (list !== undefined) list.read = listed(version, [...server.values()]);
              break;
            }
            case 'end': {
              const [list] = underway;
              if (list?.read !== undefined) underway.shift()?.end(list.read);
              break;
            }
          }
        }
        while (stream.length > 0) deliver();
        if (lists.get('n') === undefined) return;
        compared += 1;
        expect(shown(lists)).toEqual(
          [...server.values()]
            .map(({ object: { metadata } }) => `${metadata.name}@${metadata.resourceVersion ?? ''}`)
            .sort(),
        );
        // A change leaves nothing of what was packed.
        lists.tell('n', at('d', version + 1), false);
        expect(lists.bytes('n')).toBe(100 * (server.size + 1));
      }),
      cases(2_000),
    );
    expect(compared).toBeGreaterThan(200);
  });

  test.each([
    ['before the watch has begun', (lists: KeptLists) => lists.begin('n')(listed(9, [at('a', 9)]))],
    [
      'over a new start of the watch',
      (lists: KeptLists) => {
        lists.restart();
        const end = lists.begin('n');
        lists.restart();
        end(listed(9, [at('a', 9)]));
      },
    ],
    [
      'that failed',
      (lists: KeptLists) => {
        lists.restart();
        lists.begin('n')(undefined);
      },
    ],
    [
      'whose version cannot be compared',
      (lists: KeptLists) => {
        lists.restart();
        lists.begin('n')({ ...listed(9, []), resourceVersion: 'abc' });
      },
    ],
  ])('do not hold a list %s', (_, act) => {
    const lists = keptLists();
    act(lists);
    expect(lists.get('n')).toBeUndefined();
    expect(lists.wants('n')).toBe(false);
  });

  test('take little while they are put away, with what was told meanwhile, and long ones stay', () => {
    const lists = keptLists();
    lists.restart();
    const items = (bytes: number): readonly KeptObject[] =>
      Array.from({ length: 50 }, (_, pod) => ({ ...at(`core-daemon-${pod}`, 9), bytes }));
    lists.begin('n')(listed(9, items(3_000)));
    lists.begin('large')(listed(9, items(30_000)));
    lists.putAway('n');
    lists.putAway('large');
    expect(lists.bytes('n')).toBeLessThan(15_000);
    expect(lists.bytes('large')).toBe(1_500_000);
    const before = lists.bytes('n');
    lists.tell('n', at('a', 10), false);
    lists.tell('n', at('a', 11), true);
    lists.tell('n', at('b', 10), false);
    expect(lists.bytes('n')).toBe(before + 200);
    expect(lists.get('n')).toHaveLength(51);
    expect(lists.bytes('n')).toBe(150_100);
  });

  test('are the same array until something changes, and nothing once forgotten', () => {
    const lists = keptLists();
    lists.restart();
    lists.begin('n')(listed(9, [at('a', 9)]));
    const first = lists.get('n');
    expect(lists.get('n')).toBe(first);
    lists.tell('n', at('b', 10), false);
    expect(lists.get('n')).not.toBe(first);
    lists.forget('n');
    expect(lists.get('n')).toBeUndefined();
  });
});

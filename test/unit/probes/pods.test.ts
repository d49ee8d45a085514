// What is brought back of a workload: it was read with the objects of the namespace, or there is a reason why not.
import { expect, it } from 'vitest';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import { podsProbe } from '../../../src/probes/pods.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { address, service, workload } from '../checks/seen.ts';
import { clients } from './clients.ts';

const FORBIDDEN = failed('CheckerNotAuthorized', literal('may not list pods'));

it.each<[string, Partial<ServiceTarget>, object]>([
  ['a workload that was read', { workload: workload() }, ok(workload())],
  ['a workload without addresses', { workload: workload(), addresses: FORBIDDEN }, ok(workload())],
  ['why there is none', { workload: undefined, addresses: FORBIDDEN }, FORBIDDEN],
  [
    'that a service known by URL has none that is known',
    { workload: undefined, addresses: ok([address()]) },
    { ok: false, fault: { code: 'NotAsked' } },
  ],
])('%s', async (_, changes, expected) => {
  const signal = new AbortController().signal;
  expect((await podsProbe.observe(service(changes), clients(), signal)).workload).toMatchObject(expected);
});

// Our side of the HTTP measurement as a process: for each line `URL N` on standard input it makes N probes, asks the
// checks, and says how many passed.
import { setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline';
import { ask } from '../../src/checks/ask.ts';
import { serviceHealth } from '../../src/checks/service/health.ts';
import { createClients } from '../../src/clients/index.ts';
import { ok } from '../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../src/facts/target.ts';
import { serviceProbe } from '../../src/probes/service.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const CONCURRENCY = 16;
const TIMEOUT_MS = 10_000;

const clients = createClients({ cluster: undefined, clock: systemClock });
const never = new AbortController().signal;
// Every probe under way waits on it, as in the operator.
setMaxListeners(0, never);

async function probe(target: ServiceTarget): Promise<boolean> {
  const deadline = systemClock.deadline(TIMEOUT_MS, never);
  const observed = await serviceProbe.observe(target, clients, deadline.signal);
  deadline.clear();
  const visits = [{ kind: 'service', target, observed }] as const;
  const [finding] = ask({ checks: [serviceHealth], visits, baselines: new Map(), now: systemClock.now() });
  return finding?.answer.kind === 'pass';
}

async function probes(url: string, count: number): Promise<number> {
  const { origin, host, pathname } = new URL(url);
  const target: ServiceTarget = {
    kind: 'service',
    id: 'core-daemon',
    component: 'core-daemon',
    required: true,
    presence: 'listed',
    addresses: ok([{ name: host, origin }]),
    health: { path: pathname, named: true, format: 'spring' },
    tls: {},
    workload: undefined,
    maxPods: 3,
  };
  let left = count;
  let passed = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) if (await probe(target)) passed += 1;
    }),
  );
  return passed;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [url = '', count = '0'] = line.split(' ');
  process.stdout.write(`${await probes(url, Number(count))}\n`);
}
process.exit();

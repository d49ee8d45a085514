// What every check promises: the faults that it declares and no other, short messages, a place in the registry.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_CODES, traits } from '../../src/api/faults.ts';
import { CHECKS } from '../../src/checks/index.ts';
import type { AnyCheck, Check, Seen } from '../../src/facts/answer.ts';
import type { Kind } from '../../src/facts/observed.ts';
import { failed, ok, type Outcome } from '../../src/facts/outcome.ts';
import { redact } from '../../src/runtime/safe-text.ts';
import { anyAnswers } from '../unit/checks/database-answers.ts';
import { address, container, database, NOW, pod, service, workload } from '../unit/checks/seen.ts';
import { cases } from '../support/cases.ts';

const word = fc.string({ unit: 'binary', maxLength: 40 });
const count = fc.integer({ min: 0, max: 120 });
const ms = fc.nat({ max: 10_000_000 });
const fault = fc
  .tuple(fc.constantFrom(...FAULT_CODES), word)
  .map(([code, detail]) => failed(code, redact(detail, [], 160)));
const outcome = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Outcome<T>> =>
  fc.oneof({ weight: 1, arbitrary: fault }, { weight: 3, arbitrary: value.map((one) => ok(one)) });

const containers = fc.record(
  {
    ready: fc.boolean(),
    restarts: fc.nat({ max: 9 }),
    waiting: fc.record({
      reason: fc.oneof(fc.constantFrom('CrashLoopBackOff', 'ImagePullBackOff', 'ContainerCreating'), word),
      message: word,
    }),
    lastTermination: fc.record(
      { reason: fc.constantFrom('OOMKilled', 'Error'), exitCode: fc.nat({ max: 255 }), finishedAt: word },
      { requiredKeys: ['reason', 'exitCode'] },
    ),
  },
  { requiredKeys: [] },
);
const pods = fc
  .record(
    {
      phase: fc.constantFrom('Running', 'Pending', 'Failed'),
      ready: fc.boolean(),
      terminating: fc.boolean(),
      unschedulable: word,
      containers: fc.array(containers.map(container), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
  .map((changes) => pod('core-daemon-x', changes));
const workloads = fc
  .record(
    {
      name: word,
      desired: fc.nat({ max: 3 }),
      available: fc.nat({ max: 3 }),
      rollingOut: fc.boolean(),
      stuck: fc.boolean(),
      lagging: fc.boolean(),
      maxUnavailable: fc.nat({ max: 3 }),
      autoscaler: fc.record({ min: count, max: count }),
      pods: fc.array(pods, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  .map(workload);
const answers = fc.record({
  status: fc.integer({ min: 200, max: 599 }),
  contentType: fc.constantFrom('application/json', 'text/html', ''),
  body: fc.oneof(
    word,
    fc.json(),
    fc.constantFrom('UP', 'DOWN', 'ok', 'UNKNOWN', 'x').map((status) => JSON.stringify({ status })),
  ),
  truncated: fc.boolean(),
});
const services = fc
  .record({
    presence: fc.constantFrom('found' as const, 'listed' as const, 'gone' as const),
    addresses: outcome(fc.constant([address()])),
    health: fc.record({
      path: fc.constant('/health'),
      named: fc.boolean(),
      format: fc.constantFrom('spring' as const, 'agent' as const, 'page' as const),
    }),
    workload: fc.option(workloads, { nil: undefined }),
  })
  .map(service);

/** Random sights of each kind. A check about a kind that is not here is held to its faults by tests of its own. */
const sights: { readonly [K in Kind]?: fc.Arbitrary<Pick<Seen<K>, 'target' | 'observed'>> } = {
  service: fc.record({
    target: services,
    observed: fc.record({
      answers: fc.array(fc.record({ address: fc.constant(address()), answer: outcome(answers) })),
    }),
  }),
  meters: fc.record({
    target: services,
    observed: fc.record({
      answers: fc.array(
        fc.record({
          address: fc.constant(address()),
          pools: outcome(
            fc.record({
              pending: count,
              pools: fc.array(fc.record({ pool: word, active: count, max: count, pending: count }), { maxLength: 3 }),
            }),
          ),
          latency: outcome(fc.record({ maxMs: ms, p95Ms: ms, route: word }, { requiredKeys: [] })),
          errors: outcome(count),
        }),
        { maxLength: 5 },
      ),
    }),
  }),
  pods: fc.record({ target: services, observed: fc.record({ workload: outcome(workloads) }) }),
  database: fc.record({
    target: fc.constant(database()),
    observed: fc
      .tuple(outcome(fc.record({ encrypted: fc.boolean() })), anyAnswers(outcome))
      .map(([connect, answers]) => ({ connect, ...answers })),
  }),
};

/** `database/activity.ts`; `database/upgrade-activity.ts` for the question of that name about an upgrade. */
const placeOf = ({ about, component, question }: AnyCheck): string =>
  `${about}/${component === 'upgrade' ? 'upgrade-' : ''}${question}.ts`;

const isCheck = (value: unknown): value is AnyCheck => typeof value === 'object' && value !== null && 'faults' in value;

/** What a file exports as a check, or as a question that has one. */
const checkIn = (value: unknown): readonly AnyCheck[] => {
  if (isCheck(value)) return [value];
  return typeof value === 'object' && value !== null && 'check' in value && isCheck(value.check) ? [value.check] : [];
};

describe('the registry', () => {
  const folders = ['../../src/checks', '../../src/questions'].map((name) => join(import.meta.dirname, name));
  it('lists every check of the folders, each in the file of its question, and every check once', async () => {
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\/.*\.ts$/.test(name))
        .map((name) => ({ folder, name })),
    );
    const exported = await Promise.all(
      files.map(async ({ folder, name }) => {
        const module = (await import(join(folder, name))) as Readonly<Record<string, unknown>>;
        return Object.values(module)
          .flatMap(checkIn)
          .map((check) => ({ name, check }));
      }),
    );
    const checks = exported.flat();
    expect(checks.map(({ name }) => name).toSorted()).toEqual(CHECKS.map(placeOf).toSorted());
    expect(checks.filter(({ check }) => !CHECKS.includes(check))).toEqual([]);
    expect(new Set(CHECKS).size).toBe(CHECKS.length);
  });

  it('has questions about upgrades that feed Upgradeable alone, and no other check does', () => {
    const upgrade = CHECKS.filter(({ component }) => component === 'upgrade');
    expect(upgrade.length).toBeGreaterThan(0);
    expect(CHECKS.filter(({ feeds }) => feeds === 'Upgradeable')).toEqual(upgrade);
  });

  it('has no upgrade question that could explain a failure, or count before the others do', () => {
    const faults = CHECKS.filter(({ component }) => component === 'upgrade').flatMap(({ faults: own }) => own);
    const marked = faults.filter((code) => {
      const { explainsDependents, explainable, atOnce, latches, vantage } = traits(code);
      return explainsDependents ?? explainable ?? atOnce ?? latches ?? vantage;
    });
    expect(marked).toEqual([]);
  });

  it('says of every question what a pass stands on', () => {
    const silent = CHECKS.filter(({ evidence }) => !/^[A-Z].*\.$/.test(evidence ?? ''));
    expect(silent.map(({ about, question }) => `${about}/${question}`)).toEqual([]);
  });

  it('gives each question of a component about a target once', () => {
    const ids = CHECKS.map(({ component, about, question }) => {
      const target = ['meters', 'pods', 'logs', 'configuration'].includes(about) ? 'service' : about;
      return `${component ?? ''}/${target}/${question}`;
    });
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe.each(CHECKS.map((check) => [`${check.component ?? check.about}/${check.question}`, check] as const))(
  '%s',
  (_, check) => {
    it('names known faults, each once', () => {
      expect(check.faults.filter((code) => !FAULT_CODES.includes(code))).toEqual([]);
      expect(new Set(check.faults).size).toBe(check.faults.length);
    });

    const sight = sights[check.about];
    if (sight === undefined) return;
    it('answers with declared faults only, in at most 160 bytes, and always the same', () => {
      fc.assert(
        fc.property(
          sight as unknown as fc.Arbitrary<Pick<Seen<Kind>, 'target' | 'observed'>>,
          ({ target, observed }) => {
            const seen = { target, observed, all: { visits: [] }, now: NOW };
            const answer = (check as Check<Kind>).ask(seen);
            if (answer.kind === 'fault') expect(check.faults).toContain(answer.fault.code);
            expect(Buffer.byteLength(answer.kind === 'pass' ? answer.note : answer.fault.detail)).toBeLessThanOrEqual(
              160,
            );
            expect((check as Check<Kind>).ask(seen)).toEqual(answer);
          },
        ),
        cases(300),
      );
    });
  },
);

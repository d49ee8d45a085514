// A pass needs evidence about the very thing that was asked. For every check of the registry and every kind of missing
// evidence (each fault that it can answer with, its absence, a mute, a waiver): the gate is not 0, but for what is
// documented: checks that only warn, `required: false`, what SPARED excuses, a mute of one finding, a waived kind.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isService } from '../../src/api/components.ts';
import { traits, type FaultCode } from '../../src/api/faults.ts';
import { checkId } from '../../src/checks/ask.ts';
import { evidenceName, SPARED } from '../../src/checks/evidence.ts';
import { CHECKS } from '../../src/checks/index.ts';
import { found, pass, type AnyCheck, type Check, type Finding } from '../../src/facts/answer.ts';
import type { Kind } from '../../src/facts/observed.ts';
import type { Target } from '../../src/facts/target.ts';
import { decideGate } from '../../src/gate/decide.ts';
import type { JudgeInput } from '../../src/judge/index.ts';
import type { Waiver } from '../../src/judge/upgradeable.ts';
import { literal } from '../../src/runtime/safe-text.ts';
import { report, START } from '../unit/judge/fixtures.ts';
import { INSTALLATION, kindOf } from '../unit/remedies/targets.ts';
import { cases } from '../support/cases.ts';

interface Asked {
  readonly id: string;
  readonly check: AnyCheck;
  readonly target: Target;
  readonly finding: Finding;
}

/** Every check of the registry with every target that it is about, all of them good. */
const asked: readonly Asked[] = CHECKS.flatMap((check) =>
  INSTALLATION.filter((target) => kindOf(check.about) === target.kind).flatMap((target) => {
    if ((check as Check<Kind>).applies?.(target) === false) return [];
    const id = checkId(check, target);
    const { feeds, component = target.component } = check as Check<Kind>;
    const finding: Finding = {
      id,
      component,
      targetId: target.id,
      required: target.required,
      feeds,
      answer: pass(literal('Good.')),
    };
    return [{ id, check, target, finding }];
  }),
);
/** Each check once, of the first target that has it. */
const each = asked.filter(({ check }, index) => asked.findIndex((one) => one.check === check) === index);
const good: readonly Finding[] = asked.map(({ finding }) => finding);

/** The exit code of a gate on one run. */
function gate(findings: readonly Finding[], more: Partial<JudgeInput> = {}): number {
  const { status } = report(findings, undefined, { edges: [], ...more });
  return decideGate({
    status,
    generation: 1,
    suspended: false,
    waive: more.waive ?? [],
    asked: undefined,
    maxAgeMs: undefined,
    failOn: 'fail',
    skips: [],
    now: START,
  }).exitCode;
}

const without = (id: string): readonly Finding[] => good.filter((finding) => finding.id !== id);
const withFault = (id: string, code: FaultCode): readonly Finding[] =>
  good.map((finding) =>
    finding.id === id ? { ...finding, answer: found({ code, detail: literal('seen') }) } : finding,
  );
const result = (code: FaultCode): string => traits(code).result;
const nameOf = ({ check, target }: Asked): string => {
  const { component = isService(target.component) ? 'service' : target.component } = check as Check<Kind>;
  return evidenceName(component, check.question);
};
const faultsOf = ({ check }: Asked): readonly FaultCode[] => check.faults;
const onlyWarns = (one: Asked): boolean => !faultsOf(one).some((code) => result(code) === 'fail');

describe('the gate on a whole installation', () => {
  it('passes when every check of the registry is good', () => {
    expect(gate(good)).toBe(0);
    expect(new Set(asked.map(({ check }) => check))).toEqual(new Set(CHECKS));
  });

  it.each(each.map((one) => [one.id, one] as const))(
    'never passes over %s that fails or cannot be evaluated',
    (_, one) => {
      for (const code of faultsOf(one)) {
        const exit = gate(withFault(one.id, code));
        if (result(code) === 'fail') expect([code, exit]).toEqual([code, 3]);
        if (result(code) === 'error' && one.target.required) expect([code, exit]).toEqual([code, 5]);
      }
    },
  );

  it.each(each.map((one) => [one.id, one] as const))(
    'passes over %s that was skipped only where that is excused',
    (_, one) => {
      if (onlyWarns(one) || !one.target.required) return;
      for (const code of faultsOf(one).filter((fault) => result(fault) === 'skip')) {
        const exit = gate(withFault(one.id, code));
        const excuse = SPARED[nameOf(one)];
        expect([code, exit, excuse === undefined]).toEqual([code, excuse === undefined ? 5 : 0, excuse === undefined]);
      }
    },
  );

  it.each(each.map((one) => [one.id, one] as const))('is as shut without %s at all as with it skipped', (_, one) => {
    if (onlyWarns(one) || !one.target.required) return;
    // A target without any check is one that nobody listed: the spec and the inventory speak of that.
    if (!without(one.id).some(({ targetId }) => targetId === one.target.id)) return;
    expect(gate(without(one.id))).toBe(SPARED[nameOf(one)] === undefined ? 5 : 0);
  });

  it('excuses nothing that is not asked', () => {
    const names = new Set(asked.filter((one) => !onlyWarns(one)).map(nameOf));
    expect(Object.keys(SPARED).filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('several things that are missing at once', () => {
  /** A check with a fault of its own, or (undefined) without any answer at all. */
  const wrongs = asked.flatMap((one) => [undefined, ...faultsOf(one)].map((code) => [one, code] as const));
  const spoiled = (some: readonly (readonly [Asked, FaultCode | undefined])[]): readonly Finding[] =>
    some.reduce<readonly Finding[]>(
      (findings, [{ id }, code]) =>
        code === undefined
          ? findings.filter((finding) => finding.id !== id)
          : findings.map((finding) =>
              finding.id === id ? { ...finding, answer: found({ code, detail: literal('seen') }) } : finding,
            ),
      good,
    );

  it('never excuse each other: the gate is shut where it is for one of them alone', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...wrongs), { minLength: 2, maxLength: 6, selector: ([{ id }]) => id }),
        (some) => {
          // A target of which nothing is left is one that nobody listed.
          const left = spoiled(some);
          fc.pre(
            some.every(([{ target }]) => !target.required || left.some(({ id }) => id.startsWith(`${target.id}/`))),
          );
          const alone = some.map((one) => gate(spoiled([one])));
          const together = gate(left);
          if (alone.some((exit) => exit !== 0)) expect(together).not.toBe(0);
          if (alone.includes(3)) expect(together).toBe(3);
        },
      ),
      cases(25),
    );
  });
});

describe('a target of which nothing was answered', () => {
  const targets = [...new Set(asked.filter(({ target }) => target.required).map(({ target }) => target))];
  const skips: readonly FaultCode[] = ['NotAsked', 'NoCluster'];
  const skipped = (of: (finding: Finding) => boolean, code: FaultCode): readonly Finding[] =>
    good.map((finding) =>
      of(finding) ? { ...finding, answer: found({ code, detail: literal('not asked') }) } : finding,
    );

  it.each(targets.map((target) => [target.id, target] as const))('%s keeps the gate shut', (id) => {
    for (const code of skips) expect([code, gate(skipped(({ targetId }) => targetId === id, code))]).toEqual([code, 5]);
  });

  it.each(['database', 'object-storage', 'key-management'] as const)(
    'keeps it shut for every %s, unless the kind is waived',
    (kind) => {
      const waiver = ({ database: 'Databases', 'object-storage': 'Buckets', 'key-management': 'Keys' } as const)[kind];
      const none = good.filter(({ targetId }) => !targetId.startsWith(`${kind}/`));
      expect(gate(none)).toBe(5);
      expect(gate(none, { waive: [waiver] })).toBe(0);
      expect(gate(skipped(({ targetId }) => targetId.startsWith(`${kind}/`), 'NotAsked'))).toBe(5);
    },
  );

  it('is no pass for any set of waivers when no service was examined', () => {
    const all: readonly Waiver[] = ['Databases', 'Buckets', 'Keys'];
    const rest = good.filter(({ component }) => !isService(component));
    for (let set = 0; set < 8; set++) {
      const waive = all.filter((_waiver, index) => (set & (1 << index)) !== 0);
      expect([waive, gate(rest, { waive })]).toEqual([waive, 5]);
      expect([
        waive,
        gate(
          skipped(({ component }) => isService(component), 'NotAsked'),
          { waive },
        ),
      ]).toEqual([waive, 5]);
    }
    expect(gate([], { waive: all })).toBe(5);
  });

  it('is no pass when everything is muted', () => {
    const until = new Date(START.getTime() + 86_400_000).toISOString();
    const mutes = asked.map(({ id }) => ({ check: id, until, reason: 'known', by: 'ops' }));
    const failing = (of: (finding: Finding) => boolean): readonly Finding[] =>
      good.map((finding) =>
        of(finding) ? { ...finding, answer: found({ code: 'InternalError', detail: literal('x') }) } : finding,
      );
    expect(
      gate(
        failing(() => true),
        { mutes },
      ),
    ).not.toBe(0);
    expect(
      gate(
        failing(({ component }) => isService(component)),
        { mutes },
      ),
    ).not.toBe(0);
  });
});

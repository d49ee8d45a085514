// Names of ours that people meet beside those of the guide: conditions and their reasons, checks, faults. In the form
// of an entry, so that `explain` prints and scripts read all alike.
import { COMPONENT_CONDITIONS, COMPONENTS } from '../api/components.ts';
import { CONDITION_MEANINGS, REASONS } from '../api/conditions.ts';
import { isFaultCode, traits, type FaultCode } from '../api/faults.ts';
import { evidenceName, SPARED } from '../checks/evidence.ts';
import { CHECKS } from '../checks/index.ts';
import type { AnyCheck } from '../facts/answer.ts';
import type { Explanation } from '../guide/explain.ts';
import { REMEDIES } from '../remedies/index.ts';

/** What the name means; empty for one that is none of ours. Case counts, as it does in a report. */
export function explainOwn(query: string): readonly Explanation[] {
  const name = query.trim();
  return [...condition(name), ...reason(name), ...CHECKS.filter((check) => isAbout(check, name)).map(ofCheck)];
}

/** What was observed, and what to do about it: shown beside the entry that the fault leads to. */
export function explainFault(query: string): readonly Explanation[] {
  const name = query.trim();
  return isFaultCode(name) ? [ofFault(name)] : [];
}

function ofFault(code: FaultCode): Explanation {
  const { result, severity, meaning } = traits(code);
  return {
    id: code,
    section: 'faults',
    title: `a fault (${result}, ${severity})`,
    cause: meaning,
    nextSteps: REMEDIES[code].say,
    url: `docs/reference/remedies.md#${code.toLowerCase()}`,
    source: 'ours',
  };
}

function condition(name: string): readonly Explanation[] {
  const component = COMPONENTS.find((one) => one !== 'upgrade' && COMPONENT_CONDITIONS[one] === name);
  const meaning = Object.hasOwn(CONDITION_MEANINGS, name)
    ? CONDITION_MEANINGS[name as keyof typeof CONDITION_MEANINGS]
    : component === undefined
      ? undefined
      : `The roll-up over the checks of ${component}: False if one fails, Unknown if one cannot be judged.`;
  return meaning === undefined ? [] : [ofWord(name, 'a condition', meaning)];
}

function reason(name: string): readonly Explanation[] {
  return Object.hasOwn(REASONS, name)
    ? [ofWord(name, 'a reason of conditions', REASONS[name as keyof typeof REASONS])]
    : [];
}

function ofWord(id: string, title: string, cause: string): Explanation {
  return {
    id,
    section: 'conditions',
    title,
    cause,
    nextSteps: 'Read the message of the condition: it says what was seen and what to do.',
    url: 'docs/reference/conditions.md',
    source: 'ours',
  };
}

const COMPONENT_OF: Readonly<Record<string, string>> = {
  database: 'database',
  bucket: 'object-storage',
  key: 'key-management',
  cluster: 'platform',
};

/** `database/node-persistence/connect`, `database/connect`, `core-daemon/health`, `health` */
function isAbout({ about, component, question }: AnyCheck, name: string): boolean {
  const parts = name.split('/');
  if (parts.at(-1) !== question) return false;
  if (parts.length === 1) return true;
  const [first = ''] = parts;
  const own = component ?? COMPONENT_OF[about];
  return own === undefined ? (COMPONENTS as readonly string[]).includes(first) : own === first;
}

function ofCheck({ about, component, question, faults, feeds }: AnyCheck): Explanation {
  const place = component ?? COMPONENT_OF[about] ?? 'service';
  const excuse = SPARED[evidenceName(place, question)];
  const onlyWarns = !faults.some((code) => traits(code).result === 'fail');
  return {
    id: `${place}/${question}`,
    section: 'checks',
    title: `a check (feeds ${feeds})`,
    cause: `It may find ${faults.filter((code) => ['fail', 'warn'].includes(traits(code).result)).join(', ')}.`,
    nextSteps: onlyWarns
      ? 'It can only warn: the gate passes without its answer.'
      : excuse === undefined
        ? 'Without its answer the gate stays shut.'
        : `The gate passes without its answer: ${excuse}.`,
    url: 'docs/reference/checks.md',
    source: 'ours',
  };
}

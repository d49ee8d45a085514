// What the gate believed each service and backend on: a pass without it would be a pass on trust. Pure.
import { isService } from '../api/components.ts';
import type { CheckStatus } from '../api/health-report.ts';
import type { GateEvidence } from './decision.ts';
import { literal, redact } from '../runtime/safe-text.ts';
import { compareText } from '../runtime/compare-text.ts';
import { EVIDENCE_QUESTIONS } from '../judge/upgradeable.ts';

const OF_A_SERVICE: readonly string[] = ['health', 'workload'];

/** For each service and backend the strongest answer that speaks for it, by target. What has none is not listed. */
export function evidenceIn(checks: readonly CheckStatus[]): readonly GateEvidence[] {
  const best = new Map<string, { readonly rank: number; readonly evidence: GateEvidence }>();
  for (const { id, component, result, message } of checks) {
    if (result !== 'pass' && result !== 'warn') continue;
    const cut = id.lastIndexOf('/');
    const target = id.slice(0, cut);
    const questions = isService(component) ? OF_A_SERVICE : questionsOf(component);
    const rank = questions.indexOf(id.slice(cut + 1));
    if (rank === -1 || (best.get(target)?.rank ?? Number.POSITIVE_INFINITY) <= rank) continue;
    const said = message === undefined ? literal('answered') : redact(message, [], 512);
    best.set(target, { rank, evidence: { target, check: id, message: said } });
  }
  return [...best.values()].map(({ evidence }) => evidence).sort((a, b) => compareText(a.target, b.target));
}

function questionsOf(component: string): readonly string[] {
  return (EVIDENCE_QUESTIONS as Readonly<Record<string, readonly string[]>>)[component] ?? [];
}

// A service may run in several workloads (a canary, a second release): a question is asked of each, the worst answers.
import { traits } from '../../api/faults.ts';
import type { Result } from '../../api/faults/traits.ts';
import type { Answer } from '../../facts/answer.ts';
import type { ServiceTarget } from '../../facts/target.ts';
import type { Workload } from '../../facts/workload.ts';

/** From the worst on; a question that was not asked is no pass. */
const ORDER: readonly Result[] = ['fail', 'error', 'warn', 'skip', 'pass'];

/** The worst answer among the workloads of the service; of several alike that of the first workload. */
export function ofEvery(
  workload: Workload,
  { others = [] }: ServiceTarget,
  ask: (workload: Workload) => Answer,
): Answer {
  let worst = ask(workload);
  for (const other of others) {
    const answer = told(ask(other), other);
    if (rank(answer) < rank(worst)) worst = answer;
  }
  return worst;
}

/** With the names of that workload, which is not the one that stands for the service. */
export function told(answer: Answer, { kind, name, image }: Workload): Answer {
  if (answer.kind === 'pass') return answer;
  const names = { kind: kind.toLowerCase(), workload: name, image, ...answer.fault.names };
  return { ...answer, fault: { ...answer.fault, names } };
}

function rank(answer: Answer): number {
  return ORDER.indexOf(answer.kind === 'pass' ? 'pass' : traits(answer.fault.code).result);
}

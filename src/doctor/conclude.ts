// What was seen of an installation, as findings: pure, one for each question, in their order.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import {
  apiServerFinding,
  clocksFinding,
  definitionFinding,
  reportsFinding,
  rightsFinding,
} from './cluster-findings.ts';
import type { Finding, Question } from './finding.ts';
import { endpointsFinding, imageFinding, leaseFinding, operatorFinding } from './operator-findings.ts';
import type { Seen } from './seen.ts';

const ANSWERS: Readonly<Record<Question, (seen: Seen) => Finding>> = {
  'api-server': apiServerFinding,
  clocks: clocksFinding,
  definition: definitionFinding,
  operator: operatorFinding,
  image: imageFinding,
  lease: leaseFinding,
  rights: rightsFinding,
  endpoints: endpointsFinding,
  reports: reportsFinding,
};

/** Every question answered. */
export function conclude(seen: Seen): readonly Finding[] {
  return Object.values(ANSWERS).map((answer) => answer(seen));
}

/** 3 when something is broken, 5 when nothing is and something could not be looked at, else 0: warnings count for nothing. */
export function doctorExit(findings: readonly Finding[]): ExitCode {
  if (findings.some(({ result }) => result === 'fail')) return EXIT.fail;
  return findings.length === 0 || findings.some(({ result }) => result === 'unknown') ? EXIT.unknown : EXIT.pass;
}

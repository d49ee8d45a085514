// What the doctor answers: one finding for each question, with what to do about it.
import type { SafeText } from '../runtime/safe-text.ts';

/** The questions, in the order in which they are asked and told. An API: scripts read them in `-o json`. */
export const QUESTIONS = {
  'api-server': 'API server',
  clocks: 'Clocks',
  definition: 'Definition',
  operator: 'Operator',
  image: 'Image',
  lease: 'Lease',
  rights: 'Rights',
  endpoints: 'Endpoints',
  reports: 'Reports',
} as const;

export type Question = keyof typeof QUESTIONS;

/** `unknown`: nobody could look, so it is no pass. */
export type DoctorResult = 'pass' | 'warn' | 'fail' | 'unknown';

export interface Finding {
  readonly question: Question;
  readonly result: DoctorResult;
  /** What was seen, in sentences. */
  readonly seen: SafeText;
  /** One line each: the rights that miss, the reports that nobody examines. */
  readonly details: readonly SafeText[];
  /** What to do, in a sentence; absent where all is well. */
  readonly remedy?: SafeText;
  /** Each for a shell. */
  readonly commands: readonly SafeText[];
}

/** What a finding may have beside its sentence. */
export type More = Partial<Pick<Finding, 'details' | 'remedy' | 'commands'>>;

export function finding(question: Question, result: DoctorResult, seen: SafeText, more: More = {}): Finding {
  return { question, result, seen, details: [], commands: [], ...more };
}

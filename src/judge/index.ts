// The way into the judgement: findings of a run and the status before it in, a Judgement out.
export { judge, type Cite, type JudgeInput } from './judge.ts';
export type { ComponentRoll, JudgedCheck, Judgement, Roll, RootCause } from './judgement.ts';
export { EVIDENCE_BYTES, MESSAGE_BYTES } from './case.ts';
export { failuresNeeded, type Thresholds } from './hysteresis.ts';
export { isExcused, withoutWindows } from './mutes.ts';
export { badness, byBadness, byPlace } from './order.ts';
export { isBackendTarget, notExamined, type Missing, type Waiver } from './upgradeable.ts';

// Tells our own standstill from the other side's silence: a deadline that is noticed long after it passed says that this
// process had no time, while the answer may have lain there to be read.
import type { Kind, Observed } from '../facts/observed.ts';
import type { Fault } from '../facts/outcome.ts';
import { redact } from '../runtime/safe-text.ts';

/** A deadline is noticed within milliseconds; so late, that nobody was there to notice it. */
const LATE_MS = 1_000;

/** What a probe says when its deadline passed without an answer. What was answered, or refused, stands. */
const SILENCES: ReadonlySet<string> = new Set(['ServiceTimeout', 'DatabaseTimeout', 'BucketTimeout', 'KmsTimeout']);

/** Observations lie no deeper; what is deeper came from the other side. */
const DEPTH = 4;

/** The fault of our own side when a visit that may take `timeoutMs` ended after `tookMs`; undefined when that is well. */
export function starvation(timeoutMs: number, tookMs: number): Fault | undefined {
  const lateMs = tookMs - timeoutMs;
  if (lateMs < LATE_MS) return undefined;
  const detail = redact(`this process noticed the deadline of ${timeoutMs} ms only ${Math.round(lateMs)} ms after it`);
  return { code: 'CheckerStarved', detail };
}

/** The observations with every silence of the other side replaced by our own fault. */
export function excused<K extends Kind>(observed: Observed[K], fault: Fault): Observed[K] {
  return replaced(observed, fault, DEPTH) as Observed[K];
}

function replaced(value: unknown, fault: Fault, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((one) => replaced(one, fault, depth - 1));
  const { ok, fault: said } = value as { readonly ok?: unknown; readonly fault?: Fault };
  if (ok === false && said !== undefined && SILENCES.has(said.code)) return { ok: false, fault };
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, fault, depth - 1)]));
}

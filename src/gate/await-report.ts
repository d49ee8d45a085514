// Asks the operator for a run of one report and waits for it, as patiently as the gate's timeout allows; or reads the
// report as it is. Everything that can happen to the report meanwhile is a decision, never a pass.
import { EXIT } from '../api/exit-codes.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import { requestToken } from '../api/request-token.ts';
import { problemLines } from '../api/validate.ts';
import { isDenied, type ApiFault, type ApiResult } from '../kube/api-fault.ts';
import type { KubeApi } from '../kube/call.ts';
import type { LeaseAt } from '../kube/lease.ts';
import { getReport, parseReport, requestRun, type ReportObject } from '../kube/reports.ts';
import type { Clock } from '../runtime/clock.ts';
import { literal, redact, safe, type SafeText } from '../runtime/safe-text.ts';
import { decideGate, undecided, type GateInput } from './decide.ts';
import type { GateDecision } from './decision.ts';
import { missingOperator } from './operator-lease.ts';
import type { Asked } from './request.ts';

export interface AwaitOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly name: string;
  /** Unique; undefined judges the report as it is. */
  readonly token: string | undefined;
  readonly timeoutMs: number;
  /** Undefined: until the report's freshUntil. */
  readonly maxAgeMs: number | undefined;
  readonly failOn: 'fail' | 'warn';
  readonly skips: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Looked at beside, so that a wait for an operator that is not there says so at once. Undefined: not looked at. */
  readonly lease?: LeaseAt;
  /** Told when what is waited for changes, and now and then while it does not: why, and for how much longer at most. */
  readonly onWaiting?: (decision: GateDecision, leftMs: number) => void;
}

export interface Awaited {
  readonly decision: GateDecision;
  /** Of the last reading, for Events. */
  readonly uid: string;
  readonly status: HealthReportStatus | undefined;
  /** The API server's clock at the last reading; absent when it gave none. */
  readonly now?: Date | undefined;
  /** Of the last reading, as it is stored. */
  readonly spec?: unknown;
}

/** Looks come this often at first, and more slowly as the wait gets longer. */
const FIRST_LOOK_MS = 250;
const SLOWEST_LOOK_MS = 2_000;
/** A token that somebody replaced is set again no more often than this. */
const ASK_AGAIN_MS = 3_000;

/** Whoever watches hears this often that it still waits. */
const TELL_AGAIN_MS = 10_000;

/** A call that was begun in time may take this much longer. */
const LAST_CALL_MS = 5_000;

/** Reasons that an operator at work would lift, and those that would hide that there is none until they are mended. */
const WANTS_OPERATOR: ReadonlySet<string> = new Set([
  ...['Pending', 'Stale', 'NotAnswered', 'OldGeneration', 'TooOld'],
  ...['Suspended', 'Forbidden'],
]);

/** Reasons for which a run would have to come first. */
const WANTS_RUN: ReadonlySet<string> = new Set(['Pending', 'NotAnswered', 'OldGeneration']);

const WHY_NO_RUN = literal(
  'If the operator is at work, it does not watch this report, lacks a right, or a webhook refuses what it writes: recognize-health doctor tells, and its log.',
);

/** One look at the object, or why there is none. */
interface Look {
  readonly uid: string;
  readonly annotation: string | undefined;
  readonly status: HealthReportStatus | undefined;
  readonly spec: unknown;
  readonly now: Date | undefined;
  readonly facts: Pick<GateInput, 'status' | 'generation' | 'suspended' | 'waive'> | undefined;
  readonly problem: string;
}

/**
 * Resolves with the decision about one report; never rejects but for the signal's Stop. The first read decides about
 * absent and forbidden reports; later a server that is in trouble is asked again until the time is up.
 */
export async function awaitReport(options: AwaitOptions): Promise<Awaited> {
  const limit = options.clock.deadline(options.timeoutMs + LAST_CALL_MS, options.signal);
  let missing: SafeText | undefined;
  let stillLooking: Promise<void> | undefined;
  const look = (): Promise<void> =>
    (stillLooking ??=
      options.lease === undefined
        ? Promise.resolve()
        : missingOperator(options.api, options.lease, options.clock, limit.signal).then(
            (found) => void (missing = found?.sentence),
            () => undefined,
          ));
  const told = (decision: GateDecision): GateDecision =>
    missing === undefined || !WANTS_OPERATOR.has(decision.reason)
      ? decision
      : { ...decision, message: safe`${decision.message} ${missing}` };
  /** Where an operator is at work, and still no run came. */
  const explained = (decision: GateDecision): GateDecision =>
    missing === undefined && options.token !== undefined && WANTS_RUN.has(decision.reason)
      ? { ...decision, message: safe`${decision.message} ${WHY_NO_RUN}` }
      : told(decision);
  try {
    if (options.token !== undefined) void look();
    const awaited = await lookUntilDecided(
      { ...options, onWaiting: (decision, leftMs) => options.onWaiting?.(told(decision), leftMs) },
      limit.signal,
      () => missing !== undefined,
    );
    if (WANTS_OPERATOR.has(awaited.decision.reason)) await look();
    return { ...awaited, decision: explained(awaited.decision) };
  } finally {
    limit.clear();
  }
}

async function lookUntilDecided(options: AwaitOptions, calls: AbortSignal, isMissing: () => boolean): Promise<Awaited> {
  const { api, namespace, name, token, clock, signal } = options;
  const until = clock.monotonicMs() + options.timeoutMs;
  const left = (): number => Math.max(until - clock.monotonicMs(), 0);

  const first = await getReport(api, namespace, name, calls);
  if (!first.ok) return { decision: refused(first.fault), uid: '', status: undefined };
  let look = lookAt(first);
  const { uid } = look;
  let asked: Asked | undefined;
  const decision = (): GateDecision =>
    look.facts === undefined
      ? undecided('Unreadable', EXIT.unknown, false, undefined, redact(look.problem, [], 1024))
      : decideGate({
          ...options,
          ...look.facts,
          report: { namespace, name },
          asked,
          maxAgeMs: options.maxAgeMs,
          now: look.now,
        });
  const end = (final: GateDecision): Awaited => ({
    decision: final,
    uid,
    status: look.status,
    spec: look.spec,
    now: look.now,
  });
  if (token === undefined || look.facts === undefined) return end(decision());
  if (look.facts.suspended) {
    // What else would keep a run away is told now, not after the report is examined again.
    const asking = await requestRun(api, namespace, name, token, calls, { dryRun: true });
    const rests = decision();
    return end(
      asking.ok || !isDenied(asking.fault)
        ? rests
        : { ...rests, message: safe`${rests.message} A run would be refused, too: ${asking.fault.message}` },
    );
  }

  const ask = async (): Promise<GateDecision | undefined> => {
    const answer = await requestRun(api, namespace, name, token, calls);
    if (!answer.ok) return refused(answer.fault);
    look = lookAt(answer);
    if (look.uid !== uid) return undecided('Deleted', EXIT.usage, false, undefined);
    // Asked again, what was known at the first request is still no answer.
    asked ??= { token, before: look.status?.lastRunTime };
    return undefined;
  };
  const refusedRequest = await ask();
  if (refusedRequest !== undefined) return end(refusedRequest);

  let askedAt = clock.monotonicMs();
  let pause = FIRST_LOOK_MS;
  const tell = teller(options, left, isMissing);
  for (;;) {
    const current = decision();
    if (!current.waiting) return end(current);
    tell(current);
    if (left() === 0) return end(current);

    await clock.sleep(Math.min(pause, left()), signal);
    pause = Math.min(pause * 1.5, SLOWEST_LOOK_MS);
    const answer = await getReport(api, namespace, name, calls);
    if (!answer.ok) {
      const trouble = refused(answer.fault);
      if (answer.fault.code === 'NotFound') return end(undecided('Deleted', EXIT.usage, false, undefined));
      if (!trouble.waiting) return end(trouble);
      tell(trouble);
      if (left() === 0) return end(trouble);
      continue;
    }
    look = lookAt(answer);
    if (look.uid !== uid) return end(undecided('Deleted', EXIT.usage, false, undefined));
    // Somebody replaced the token, and theirs was handled: nobody else will ask for us.
    const replaced = look.annotation !== token && (look.annotation ?? '') === (look.status?.lastHandledRequest ?? '');
    const removed = look.annotation === undefined;
    if ((replaced || removed) && decision().waiting && clock.monotonicMs() - askedAt >= ASK_AGAIN_MS) {
      const trouble = await ask();
      askedAt = clock.monotonicMs();
      if (trouble !== undefined && !trouble.waiting) return end(trouble);
    }
  }
}

/** Tells what is waited for: at once when it is another reason, and again from time to time. */
function teller(
  { clock, onWaiting }: AwaitOptions,
  left: () => number,
  isMissing: () => boolean,
): (decision: GateDecision) => void {
  let told = '';
  let at = 0;
  return (decision) => {
    const now = clock.monotonicMs();
    const news = `${decision.reason} ${isMissing()}`;
    if (told === news && now - at < TELL_AGAIN_MS) return;
    told = news;
    at = now;
    onWaiting?.(decision, left());
  };
}

/** What a refusal means to a gate. A server in trouble may recover; a user without rights does not. */
export function refused(fault: ApiFault): GateDecision {
  switch (fault.code) {
    case 'NotFound':
      return undecided('NotFound', EXIT.usage, false, undefined, fault.message);
    case 'Forbidden':
    case 'Unauthorized':
      return undecided('Forbidden', EXIT.usage, false, undefined, fault.message);
    case 'TooLarge':
    case 'Misconfigured':
      return undecided('NotPossible', EXIT.usage, false, undefined, fault.message);
    case 'Invalid':
      return undecided('Unreadable', EXIT.usage, false, undefined, fault.message);
    case 'AlreadyExists':
    case 'Conflict':
    case 'Gone':
    case 'TooManyRequests':
    case 'ServerError':
    case 'Unreachable':
    case 'Timeout':
      return undecided('Unreachable', EXIT.unknown, true, undefined, fault.message);
  }
}

function lookAt(answer: ApiResult<ReportObject> & { readonly ok: true }): Look {
  const { value, serverDate } = answer;
  const parsed = parseReport(value);
  const now = serverDate === undefined ? Number.NaN : Date.parse(serverDate);
  const metadata = parsed.ok ? parsed.report.metadata : parsed.metadata;
  const status = parsed.ok ? parsed.report.status : undefined;
  return {
    uid: metadata.uid,
    annotation: requestToken(metadata.annotations),
    status,
    spec: value.spec,
    now: Number.isNaN(now) ? undefined : new Date(now),
    problem: parsed.ok ? '' : problemLines(parsed.problems).join('; '),
    facts: parsed.ok
      ? {
          status,
          generation: metadata.generation,
          suspended: parsed.report.spec.suspend,
          waive: parsed.report.spec.upgrade.waive ?? [],
        }
      : undefined,
  };
}

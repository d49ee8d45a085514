// Joins the guide's lines in a record with the deepest cause below them: what is general is made exact, and a cause that
// leads to another entry is a match of its own.
import type { Component, Service } from '../api/components.ts';
import { causeIn, poolFault, type Cause, type Deepest } from './cause.ts';
import { citationFor } from './citation.ts';
import { deepestLine, headersOf } from './exception-headers.ts';
import type { Match } from './matcher.ts';

/**
 * The matches of a record with the cause that it tells.
 *
 * A line of the guide's that accuses the same as the cause is proved by it and stays alone. Any other stays, and the
 * cause comes before it: `Application run failed` is what followed from it.
 */
export function withCauses(matches: readonly Match[], text: string, services: readonly Service[]): readonly Match[] {
  const cause = causeOf(text, services, matches.length > 0);
  if (cause === undefined) return matches.map((match) => withLine(exact(match, text), text));
  // A start that failed at a statement is a start that failed.
  if (cause.fault === 'StatementErrorLogged' && matches.length > 0)
    return matches.map((match) => exact({ ...match, deepest: cause.deepest }, text));
  const entry = citationFor(cause.component, cause.fault);
  // The guide's line of a connection is no more than the host: who answers, with an error, was reached.
  const isOnlyItsHost = ({ fault, blames }: Match): boolean =>
    fault === 'InternalConnectionError' && cause.fault === 'InternalServiceError' && blames === cause.blames;
  if (matches.some(isOnlyItsHost))
    return withCauses(
      matches.filter((match) => !isOnlyItsHost(match)),
      text,
      services,
    );
  const isSame = (match: Match): boolean => match.entry === entry || accuses(match, cause.blames);
  if (matches.some(isSame)) {
    return matches.map((match) =>
      isSame(match) ? exact({ ...match, deepest: cause.deepest }, text) : withLine(match, text),
    );
  }
  return [asMatch(cause, entry), ...matches.map((match) => ({ ...match, deepest: cause.deepest }))];
}

/** Where a line of the guide stands beside it, a start that failed, a statement that a pooler lost is a connection that was not to be had. */
function causeOf(text: string, services: readonly Service[], isBeside: boolean): Cause | undefined {
  const cause = causeIn(text, services);
  const isLost = cause?.fault === 'StatementErrorLogged' && cause.deepest.fault === 'DatabaseStatementsAtRisk';
  return isBeside && isLost ? { ...cause, fault: 'DatabaseErrorLogged' } : cause;
}

function accuses({ blames }: Match, component: Component | undefined): boolean {
  return blames !== undefined && blames === component;
}

/** Hikari's numbers say which of two faults a pool without a connection to give is. */
function exact(match: Match, text: string): Match {
  if (match.fault !== 'PoolConnectionTimeout') return match;
  return { ...match, fault: poolFault(text) ?? match.fault };
}

/** A start that failed for a reason that nobody classifies: the reason is shown all the same. */
function withLine(match: Match, text: string): Match {
  if (match.deepest !== undefined || match.fault !== 'ApplicationRunFailed') return match;
  const line = deepestLine(headersOf(text));
  if (line === undefined) return match;
  const deepest: Deepest = { text: line };
  return { ...match, deepest };
}

function asMatch(cause: Cause, entry: Match['entry']): Match {
  const { component, fault, blames, captured, deepest, start, end } = cause;
  return {
    entry,
    fault,
    component,
    deepest,
    start,
    end,
    blames,
    captured,
  };
}

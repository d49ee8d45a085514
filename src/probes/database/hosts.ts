// Which of several servers the services' driver ends up with, from what a visit of each has shown. Pure.
import { traits } from '../../api/faults.ts';
import type { DatabaseObserved } from '../../facts/observed.ts';
import { ok, type Fault } from '../../facts/outcome.ts';
import type { HostWish } from '../../facts/target.ts';
import { literal, redact } from '../../runtime/safe-text.ts';

export interface HostSeen {
  /** `db-1:5432` */
  readonly where: string;
  readonly observed: DatabaseObserved;
}

export interface Choice {
  /** What was seen of the server that the driver takes. */
  readonly chosen?: DatabaseObserved;
  /** Why it takes none. */
  readonly fault?: Fault;
}

const DETAIL_BYTES = 160;

/**
 * The first server in the order of the URL that connects and is what the URL wants; with a preference, any that
 * connects in its place. A server that was not asked to log in may be the one: then nothing is known.
 */
export function choose(seen: readonly HostSeen[], wants: HostWish, balanced: boolean): Choice {
  const connected = seen.filter(({ observed }) => observed.connect.ok);
  const away = seen.filter(({ observed }) => !observed.connect.ok);
  const fitting = connected.filter(({ observed }) => fits(observed, wants));
  const taken = fitting[0] ?? (wants.startsWith('prefer') ? connected[0] : undefined);
  if (taken !== undefined) return { chosen: withOthers(taken, connected, away, balanced && fitting.length > 1) };
  const fault = faultOf(away);
  if (fault === undefined) {
    const detail = redact(
      `of ${seen.length} servers none is what the URL asks for (${WANTED[wants]})`,
      [],
      DETAIL_BYTES,
    );
    return { fault: { code: 'DatabaseKindMissing', detail } };
  }
  const [standby] = connected;
  if (standby === undefined) return { fault };
  const detail = redact(`${fault.detail}; ${standby.where} is not ${WANTED[wants]}`, [], DETAIL_BYTES);
  return { fault: { ...fault, detail } };
}

const WANTED: Readonly<Record<HostWish, string>> = {
  any: 'any',
  primary: 'the primary',
  secondary: 'a standby',
  preferPrimary: 'the primary',
  preferSecondary: 'a standby',
  writable: 'one that takes writes',
  readOnly: 'one that takes none',
};

/** The drivers ask the same: is it in recovery, and are its sessions read-only. */
function fits({ writable }: DatabaseObserved, wants: HostWish): boolean {
  if (wants === 'any') return true;
  if (!writable.ok) return false;
  const { inRecovery, readOnly } = writable.value;
  switch (wants) {
    case 'primary':
    case 'preferPrimary':
      return !inRecovery;
    case 'writable':
      return !inRecovery && !readOnly;
    case 'secondary':
    case 'preferSecondary':
    case 'readOnly':
      return inRecovery || readOnly;
  }
}

/** The fault of the first, unless another one is not known to be away. */
function faultOf(away: readonly HostSeen[]): Fault | undefined {
  const faults = away.flatMap(({ observed: { connect } }) => (connect.ok ? [] : [connect.fault]));
  return faults.find(({ code }) => traits(code).result === 'error') ?? faults[0];
}

/** What was seen of it, with what the others tell: a primary that is away, standbys that it may be next time. */
function withOthers(
  taken: HostSeen,
  connected: readonly HostSeen[],
  away: readonly HostSeen[],
  atRandom: boolean,
): DatabaseObserved {
  const { observed } = taken;
  const [first] = away;
  const why = first?.observed.connect.ok === false ? first.observed.connect.fault.detail : undefined;
  const mixed =
    atRandom && connected.some((one) => isStandby(one.observed)) && connected.some((one) => !isStandby(one.observed));
  const writer = mixed ? connected.find((one) => !isStandby(one.observed)) : undefined;
  return {
    ...(writer?.observed ?? observed),
    connect: withFirstEnd(observed.connect, connected),
    ...(why === undefined ? {} : { away: why }),
    ...(mixed ? { mixed: literal('new connections go to any of the servers, and one of them is a standby') } : {}),
  };
}

/** The certificate that ends first counts: the server that shows it may be the one to be connected to then. */
function withFirstEnd(
  connect: DatabaseObserved['connect'],
  connected: readonly HostSeen[],
): DatabaseObserved['connect'] {
  if (!connect.ok) return connect;
  const [first] = connected
    .flatMap(({ observed: { connect: seen } }) => (seen.ok ? (seen.value.certificateNotAfter ?? []) : []))
    .toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return first === undefined ? connect : ok({ ...connect.value, certificateNotAfter: first });
}

function isStandby({ writable }: DatabaseObserved): boolean {
  return writable.ok && writable.value.inRecovery;
}

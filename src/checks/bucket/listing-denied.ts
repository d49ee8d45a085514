// What a denied listing says. The services put and get objects; whoever may do only that cannot list, and is well. So
// where the server says that nothing grants the listing, and nothing shows that objects are refused, it is a question that
// is not permitted. A denial without a reason, or by somebody's will, stays a failure.
import type { FaultCode } from '../../api/faults.ts';
import type { Observations } from '../../facts/observed.ts';
import type { Fault } from '../../facts/outcome.ts';
import type { BucketTarget } from '../../facts/target.ts';
import { clipSafe, safe } from '../../runtime/safe-text.ts';

const DETAIL_BYTES = 160;

/** What a service logs where its own requests for objects are refused. */
const REFUSED_OBJECTS: ReadonlySet<FaultCode> = new Set(['BucketAccessDenied', 'CircuitPersistFailed']);

/** AWS: `… is not authorized to perform: s3:ListBucket on resource: "…" because no identity-based policy allows …`. */
const UNGRANTED = /not authorized to perform: s3:ListBucket\b.{0,250}\bbecause no\b/s;

/** The fault of a question that needs s3:ListBucket, as far as it is proven. */
export function listingFault(fault: Fault, target: BucketTarget, all: Observations): Fault {
  if (fault.code !== 'BucketAccessDenied') return fault;
  const isUngranted = UNGRANTED.test(`${fault.detail} ${fault.evidence ?? ''}`);
  // The write test has asked for objects as well.
  if (!isUngranted || target.writeTest || logsRefuse(all)) return fault;
  const detail = safe`s3:ListBucket is not granted (writeTest: true tells whether objects are): ${fault.detail}`;
  return {
    ...fault,
    code: 'BucketQuestionNotPermitted',
    detail: clipSafe(detail, DETAIL_BYTES),
    names: { ...fault.names, action: 's3:ListBucket' },
  };
}

/** A service says in the window that its own objects are refused. */
function logsRefuse({ visits }: Observations): boolean {
  return visits.some(
    (visit) =>
      visit.kind === 'logs' &&
      visit.observed.logs.ok &&
      visit.observed.logs.value.sightings.some(
        ({ inWindow, fault, deepest }) =>
          inWindow &&
          (REFUSED_OBJECTS.has(fault) || (deepest?.fault !== undefined && REFUSED_OBJECTS.has(deepest.fault))),
      ),
  );
}

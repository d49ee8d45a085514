// Why a question about a workload has no answer, where the workload is not what the question is about.
import type { FaultCode } from '../../api/faults.ts';
import type { Fault } from '../../facts/outcome.ts';

export const WORKLOAD_TROUBLES = [
  'CheckerNotAuthorized',
  'ClusterUnavailable',
  'NoCluster',
  'NotAsked',
] as const satisfies readonly FaultCode[];

/** Nothing is said about a workload that another check fails, only why it was not looked at. */
export function workloadUnseen(fault: Fault): Fault {
  return (WORKLOAD_TROUBLES as readonly FaultCode[]).includes(fault.code) ? fault : { ...fault, code: 'NotAsked' };
}

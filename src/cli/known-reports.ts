// What to say beside "not found": the reports that are there, so that a misspelt name is seen at a glance.
import type { KubeApi } from '../kube/call.ts';
import { listReports } from '../kube/reports.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';

/** More names than this are counted. */
const MOST_NAMES = 10;

/** One sentence; empty when this user may not list reports, or nobody can tell now. */
export async function knownReports(api: KubeApi, namespace: string, signal: AbortSignal): Promise<SafeText> {
  const listed = await listReports(api, { namespace }, signal);
  if (!listed.ok) {
    return listed.fault.code === 'NotFound' ? listed.fault.message : literal('');
  }
  const names = listed.value.items.map(({ metadata }) => metadata.name).sort();
  if (names.length === 0) return redact(`There is no HealthReport in namespace ${namespace}.`);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return redact(`In namespace ${namespace} there are: ${names.slice(0, MOST_NAMES).join(', ')}${more}.`, [], 1024);
}
